// Runs the same programs and recorded streams with the peer and with this package.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { readCorpus } from '../../stream/src/test/corpus.ts'
import { expectedRows, tableOf } from './test/parity.ts'
import { type Run, runWithOurs, runWithPeer } from './test/peers.ts'
import { programs } from './test/programs.ts'
import { reasonFor, replay } from './test/recorded.ts'

describe.each(Object.entries(programs))('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, { answers, program, differs, except }) => {
    const peer = await runWithPeer(answers, program)
    const ours = await runWithOurs(answers, program)
    if (differs === undefined) return expect(ours).toEqual(peer)
    expect(
      isDeepStrictEqual(ours, peer),
      `The results are equal now; the program still declares a difference: ${differs}`,
    ).toBe(false)
    if (except) expect(without(ours, except)).toEqual(without(peer, except))
  })
})

it('holds at least sixty programs', () => {
  expect(Object.values(programs).flatMap((cases) => Object.keys(cases)).length).toBeGreaterThanOrEqual(60)
})

it('has the same table in the manual', () => {
  const page = readFileSync(new URL('../../../docs/coming-from-openai.md', import.meta.url), 'utf8')
  const lines = new Set(page.split('\n').map(plain))
  const rows = tableOf(expectedRows()).split('\n').map(plain)
  expect(rows.filter((row) => !lines.has(row))).toEqual([])
})

describe('recorded streams', () => {
  const corpus = readCorpus()?.filter(({ kind }) => kind === 'stream')
  if (!corpus) console.log('TOOLLOOP_CORPUS names no folder of recorded answers: their tests are skipped.')

  test.skipIf(!corpus)('there are at least forty of them, of ten vendors', () => {
    expect(corpus!.length).toBeGreaterThanOrEqual(40)
    expect(new Set(corpus!.map(({ vendor }) => vendor)).size).toBeGreaterThanOrEqual(10)
  })

  test.skipIf(!corpus).each(corpus ?? [])(
    '$name gives the same events, or differs for a listed reason',
    async ({ body, expected }) => {
      const n = Math.max(1, ...expected.choices.map((choice) => Number(choice['index']) + 1))
      expect(reasonFor(await replay(body, n))).not.toBe('unexplained')
    },
  )
})

/** The formatter pads the table. */
const plain = (line: string): string => line.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-').trim()

/** Also removes `content-length`, which differs with the body. */
function without({ requests, result }: Run, fields: readonly string[]): unknown {
  const drop = (key: string, value: unknown): unknown =>
    fields.includes(key) || key === 'content-length' ? undefined : value
  return {
    result,
    requests: (requests as { body?: string }[]).map(({ body, ...rest }) => ({
      ...(JSON.parse(JSON.stringify(rest, drop)) as object),
      body: JSON.stringify(JSON.parse(body ?? 'null'), drop),
    })),
  }
}
