// Two processes that start one run, or approve one request, in the same millisecond.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Fact } from '@toolloop/core'
import { newOwner } from '../log/owner.ts'
import { bundle } from './crash.ts'
import { cashier, comparePayments } from './payer.ts'
import type { Answer, Job } from './race-program.ts'
import { startRacer } from './racers.ts'
import { type Kind, linesOf, openStore } from './stores.ts'

/**
 * `new`: an empty log, in a store that does not exist yet. `resumed`: an interrupted run. `taken over`: the same, and its dead owner still has the lock.
 * `approved`: both approve the request of a paused run, and who wins still runs when the other one tries. `approved and
 * paid`: the same, and who wins does not wait for the other one.
 */
export type RaceKind = (typeof raceKinds)[number]
export const raceKinds = ['new', 'resumed', 'taken over', 'approved', 'approved and paid'] as const

export interface RaceCounts {
  rounds: number
  ran: number
  refused: number
  /** Unsafe calls. */
  once: number
  twice: number
  /** Error codes of those that were refused. */
  readonly codes: Record<string, number>
  /** What was neither one that ran nor one that was refused. */
  readonly odd: string[]
}

export async function race(kind: Kind, what: RaceKind, rounds: number): Promise<RaceCounts> {
  const root = mkdtempSync(join(tmpdir(), 'toolloop-race-'))
  const program = await bundle('race-program', root)
  const racers = await Promise.all([0, 1].map(() => startRacer<Job, Answer>(program)))
  const counts: RaceCounts = { rounds, ran: 0, refused: 0, once: 0, twice: 0, codes: {}, odd: [] }
  try {
    for (let round = 0; round < rounds; round++) {
      const run = `run-${round}`
      const folder = join(root, what === 'new' ? run : 'resumed')
      mkdirSync(folder, { recursive: true })
      const effects = join(folder, `${run}.effects`)
      const approve = what.startsWith('approved') ? await pause(kind, folder, run, effects) : undefined
      if (!approve && what !== 'new') await interrupt(kind, folder, run, what === 'taken over')
      const gate = join(folder, `${run}.gate`)
      const waits = what !== 'approved and paid'
      const at = Date.now() + 30
      const job: Job = { kind, folder, run, effects, ...(approve && { approve }), ...(waits && { gate }), at }
      const asked = racers.map((racer) => racer.ask(job))
      const answered = Promise.all(asked)
      answered.catch(() => {})
      await Promise.race(asked)
      writeFileSync(gate, '')
      const answers = await answered
      count(counts, run, answers)
      const store = openStore(kind, folder)
      const paid = comparePayments(await store.log(run).load(), linesOf(effects))
      store.close?.()
      counts.once += paid.once
      counts.twice += paid.twice
      if (paid.unknown + paid.lost > 0) counts.odd.push(`${run}: ${JSON.stringify(paid)}`)
    }
    const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.lock'))
    if (left.length > 0) counts.odd.push(`locks are left: ${left.join(' ')}`)
    return counts
  } finally {
    await Promise.all(racers.map((racer) => racer.close()))
    rmSync(root, { recursive: true, force: true })
  }
}

function count(counts: RaceCounts, run: string, answers: readonly Answer[]): void {
  for (const answer of answers) {
    if ('status' in answer && answer.status === 'done') counts.ran++
    else if ('refused' in answer) {
      counts.refused++
      counts.codes[answer.refused] = (counts.codes[answer.refused] ?? 0) + 1
    }
  }
  const ran = answers.filter((answer) => 'status' in answer && answer.status === 'done').length
  // `usage`: the log was found used by who wanted a new one. `approval: decided`: the request, by who wanted to approve it.
  const refused = answers.filter(
    (answer) => 'refused' in answer && /^log_(owned|conflict)$|^usage$|^approval: decided$/.test(answer.refused),
  ).length
  if (ran !== 1 || refused !== 1) counts.odd.push(`${run}: ${JSON.stringify(answers)}`)
}

/** A run that waits for somebody to approve its payment; the ids of its requests. */
async function pause(kind: Kind, folder: string, run: string, effects: string): Promise<readonly string[]> {
  const store = openStore(kind, folder)
  const result = await cashier(effects).run('Pay.', { log: store.log(run) })
  store.close?.()
  if (result.status !== 'approval') throw new Error(`${run} does not wait, it ended as ${result.status}`)
  return result.requests.map(({ id }) => id)
}

/** A run whose process died before its first step. */
async function interrupt(kind: Kind, folder: string, run: string, locked: boolean): Promise<void> {
  const store = openStore(kind, folder)
  const log = store.log(run) as ReturnType<typeof store.log> & { close?(): Promise<void> }
  const at = Date.now()
  await log.append([
    {
      type: 'run.start',
      seq: 0,
      at,
      run,
      path: '',
      version: 1,
      agent: { name: 'payer', fingerprint: '' },
      input: [{ role: 'user', content: 'Pay.' }],
    } satisfies Fact,
  ])
  await log.close?.()
  store.close?.()
  const owner = locked ? JSON.stringify({ ...newOwner(), pid: deadPid() }) : null
  if (kind === 'sqlite') {
    const database = new DatabaseSync(join(folder, 'runs.sqlite'))
    database.prepare('UPDATE runs SET owner = ?').run(owner)
    database.close()
  } else if (owner !== null) writeFileSync(join(folder, 'runs', `${run}.jsonl.lock`), owner)
}

let dead: number | undefined
const deadPid = (): number => (dead ??= spawnSync(process.execPath, ['-e', '']).pid)
