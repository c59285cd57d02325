// The comparison as table rows: the programs, and the recorded streams where there are any.
import { isDeepStrictEqual } from 'node:util'
import { readCorpus } from '../../../stream/src/test/corpus.ts'
import { runWithOurs, runWithPeer } from './peers.ts'
import { programs } from './programs.ts'
import { reasonFor, replay } from './recorded.ts'

export interface Row {
  readonly group: string
  readonly same: number
  /** Names, grouped by the reason of their difference. */
  readonly different: ReadonlyMap<string, readonly string[]>
}

export async function programRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [group, cases] of Object.entries(programs)) {
    const different = new Map<string, string[]>()
    let same = 0
    for (const [name, { answers, program, differs = 'unexplained' }] of Object.entries(cases)) {
      const peer = await runWithPeer(answers, program)
      const ours = await runWithOurs(answers, program)
      if (isDeepStrictEqual(ours, peer)) same++
      else different.set(differs, [...(different.get(differs) ?? []), name])
    }
    rows.push({ group, same, different })
  }
  return rows
}

/** The rows that the programs declare. `parity.test.ts` checks every program against them. */
export function expectedRows(): Row[] {
  return Object.entries(programs).map(([group, cases]) => {
    const different = new Map<string, string[]>()
    for (const [name, { differs }] of Object.entries(cases))
      if (differs !== undefined) different.set(differs, [...(different.get(differs) ?? []), name])
    return { group, same: Object.values(cases).filter(({ differs }) => differs === undefined).length, different }
  })
}

/** `undefined` where TOOLLOOP_CORPUS names no folder. */
export async function recordedRow(): Promise<Row | undefined> {
  const corpus = readCorpus()?.filter(({ kind }) => kind === 'stream')
  if (!corpus) return undefined
  const different = new Map<string, string[]>()
  let same = 0
  for (const { name, body, expected } of corpus) {
    const n = Math.max(1, ...expected.choices.map((choice) => Number(choice['index']) + 1))
    const reason = reasonFor(await replay(body, n))
    if (reason === undefined) same++
    else different.set(reason, [...(different.get(reason) ?? []), name])
  }
  return { group: 'Recorded streams', same, different }
}

/** The Markdown of the manual's table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ group, same, different }) => {
    const count = [...different.values()].reduce((sum, names) => sum + names.length, 0)
    return `| ${group} | ${same} | ${count} |`
  })
  const reasons = rows.flatMap(({ group, different }) =>
    [...different].map(([reason, names]) =>
      group === 'Recorded streams' ? `- ${group} (${names.length}): ${reason}.` : `- ${names.join('; ')}: ${reason}.`,
    ),
  )
  return ['| | same | different |', '| --- | --- | --- |', ...lines, '', ...reasons].join('\n')
}
