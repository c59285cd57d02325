// Processes that delete, fork, run and read one session in the same millisecond, or die in the middle. Counts what they did.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import { type RunStore, sessionStore } from '../index.ts'
import { bundle } from './crash.ts'
import { type Racer, startRacer } from './racers.ts'
import { noter } from './noter.ts'
import type { ChangeAnswer, ChangeJob } from './session-change-program.ts'
import { type Kind, linesOf, openStore } from './stores.ts'

/** What two processes do with a session of three turns, while a third one reads it. */
export const changePairs = [
  ['run', 'delete'],
  ['resume', 'delete'],
  ['delete', 'delete'],
  ['fork', 'delete'],
  ['fork', 'run'],
] as const satisfies readonly (readonly [ChangeJob['what'], ChangeJob['what']])[]

export interface ChangeCounts {
  rounds: number
  /** How often each pair of answers came. */
  readonly answers: Record<string, number>
  readonly broken: string[]
}

const turns = 3
const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })

async function fill(runs: RunStore, id: string, folder: string, waits: boolean): Promise<void> {
  const session = await sessionStore(runs).open(id)
  for (let turn = 0; turn < turns - 1; turn++) await session.run(greeter, `Turn ${turn}`)
  if (waits) await session.run(noter(runs, join(folder, 'notes'), true), 'Last')
  else await session.run(greeter, 'Last')
}

/** Three processes, over all rounds. */
export async function raceChanges(
  kind: Kind,
  [first, second]: readonly [ChangeJob['what'], ChangeJob['what']],
  rounds: number,
): Promise<ChangeCounts> {
  const root = mkdtempSync(join(tmpdir(), 'toolloop-session-change-'))
  const program = await bundle('session-change-program', root)
  const racers = await Promise.all([0, 1, 2].map(() => startRacer<ChangeJob, ChangeAnswer>(program)))
  const counts: ChangeCounts = { rounds: 0, answers: {}, broken: [] }
  try {
    for (let round = 0; round < rounds; round++) {
      const folder = join(root, `${round}`)
      mkdirSync(folder)
      await raceOnce(kind, folder, first, second, racers, counts)
      rmSync(folder, { recursive: true, force: true })
    }
    return counts
  } finally {
    await Promise.all(racers.map((racer) => racer.close()))
    rmSync(root, { recursive: true, force: true })
  }
}

async function raceOnce(
  kind: Kind,
  folder: string,
  first: ChangeJob['what'],
  second: ChangeJob['what'],
  racers: readonly Racer<ChangeJob, ChangeAnswer>[],
  counts: ChangeCounts,
): Promise<void> {
  const runs = openStore(kind, folder)
  const wrong = (what: string): void => void counts.broken.push(`round ${counts.rounds}: ${what}`)
  try {
    await fill(runs, 'chat', folder, first === 'resume')
    // A fork races for its new id with a run of it, else for its source with a delete.
    const isTarget = first === 'fork' && second === 'run'
    const watched = isTarget ? 'copy' : 'chat'
    const at = Date.now() + 20
    const job = { kind, folder, session: 'chat', to: 'copy' } as const
    const [one, two, seen] = await Promise.all([
      racers[0]!.ask({ ...job, what: first, at: at + Math.floor(Math.random() * 4) }),
      racers[1]!.ask({ ...job, what: second, session: watched, at: at + Math.floor(Math.random() * 4) }),
      racers[2]!.ask({ ...job, what: 'watch', session: watched, at }),
    ])
    counts.rounds++
    const answers = `${first}: ${shown(one)}, ${second}: ${shown(two)}`
    counts.answers[answers] = (counts.answers[answers] ?? 0) + 1
    for (const answer of [one, two])
      if ('refused' in answer && !/^(session_\w+|log_owned)$/.test(answer.refused)) wrong(answer.refused)
    if ([one, two].every((answer) => did(answer) && answer.value === false)) wrong(answers)
    const left = await lookAt(runs, wrong)
    const isDeleted = [one, two].some((answer) => 'value' in answer && answer.value === true)
    if (!isTarget && isDeleted !== left['chat']! < turns) wrong(`${answers}, and ${left['chat']} turns are left`)
    for (const look of 'seen' in seen ? (seen.seen ?? []) : [JSON.stringify(seen)])
      if (!/^open (0 undefined|[34] Turn 0|1 New)$|^list [0134]$/.test(look)) wrong(`a reader saw: ${look}`)
    for (const line of linesOf(join(folder, 'notes'))) if (line === '') wrong('a turn ran in a deleted session')
    const rest = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /lock|draft/.test(name))
    if (rest.length > 0) wrong(`files are left: ${rest.join(' ')}`)
  } catch (error) {
    wrong(String(error))
  } finally {
    runs.close?.()
  }
}

const did = (answer: ChangeAnswer): answer is Extract<ChangeAnswer, { value: unknown }> => 'value' in answer
const shown = (answer: ChangeAnswer): string => (did(answer) ? String(answer.value) : answer.refused)

/** The number of turns of each session; what is kept beside them is wrong. */
async function lookAt(runs: RunStore, wrong: (what: string) => void): Promise<Record<string, number>> {
  const left: Record<string, number> = {}
  const expected: string[] = []
  const { data } = await sessionStore(runs).list()
  for (const id of ['chat', 'copy']) {
    const session = await sessionStore(runs).open(id)
    left[id] = session.turns.length
    for (let turn = 0; turn < left[id]; turn++) expected.push(`${id}/${turn}`)
    const listed = data.find((one) => one.id === id)?.turns ?? 0
    if (listed !== left[id]) wrong(`${id} is listed with ${listed} turns, and has ${left[id]}`)
  }
  const kept = (await runs.list()).data.map(({ id }) => id).toSorted()
  if (kept.join(' ') !== expected.toSorted().join(' ')) wrong(`the store keeps ${kept.join(' ')}`)
  return left
}

/** Kills a process before each step of a delete or a fork, and looks at what it left; then another process finishes it. */
export async function killChanges(
  kind: Kind,
  what: 'delete' | 'fork',
  next: 'delete' | 'run' | 'fork',
  points: number = Infinity,
): Promise<ChangeCounts> {
  const root = mkdtempSync(join(tmpdir(), 'toolloop-session-kill-'))
  const program = await bundle('session-change-program', root)
  const counts: ChangeCounts = { rounds: 0, answers: {}, broken: [] }
  const wrong = (fault: string): void => void counts.broken.push(`step ${counts.rounds}: ${fault}`)
  const target = what === 'fork' ? 'copy' : 'chat'
  const asker = await startRacer<ChangeJob, ChangeAnswer>(program)
  try {
    const steps = await stepsOf(kind, what, join(root, 'measured'), asker)
    const stride = Math.max(1, Math.floor(steps / points))
    for (let step = 0; step < steps; step += stride) {
      const folder = join(root, `${step}`)
      mkdirSync(folder)
      const runs = openStore(kind, folder)
      await fill(runs, 'chat', folder, false)
      const dying = await startRacer<ChangeJob, ChangeAnswer>(program)
      const job = { kind, folder, session: 'chat', to: 'copy', at: 0 } as const
      await dying.ask({ ...job, what, dies: step }).then(
        () => wrong('the process was not killed'),
        () => {},
      )
      await dying.close()
      counts.rounds++
      const before = (await sessionStore(runs).open(target)).turns.length
      if (before !== 0 && before !== turns) wrong(`${before} turns are left`)
      const answer = await asker.ask({ ...job, what: next, session: next === 'fork' ? 'chat' : target })
      counts.answers[`${before} turns, ${shown(answer)}`] =
        (counts.answers[`${before} turns, ${shown(answer)}`] ?? 0) + 1
      const left = (await lookAt(runs, wrong))[target]
      const expected = { delete: 0, run: before + 1, fork: turns }[next]
      if (left !== expected) wrong(`${before} turns, then ${next}: ${shown(answer)}, and ${left} turns`)
      runs.close?.()
    }
    return counts
  } finally {
    await asker.close()
    rmSync(root, { recursive: true, force: true })
  }
}

async function stepsOf(
  kind: Kind,
  what: 'delete' | 'fork',
  folder: string,
  racer: Racer<ChangeJob, ChangeAnswer>,
): Promise<number> {
  mkdirSync(folder)
  const runs = openStore(kind, folder)
  await fill(runs, 'chat', folder, false)
  runs.close?.()
  const answer = await racer.ask({ kind, folder, session: 'chat', to: 'copy', at: 0, what })
  if (!did(answer)) throw new Error(`The process that ${what}s was refused: ${answer.refused}`)
  return answer.steps
}
