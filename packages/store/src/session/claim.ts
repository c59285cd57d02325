// A claim on a session: the log of a process that deletes or makes the session as a whole. While it is there, no turn begins.
// It is a run like the turns, so every store of runs keeps it, with one owner at a time that is recognised when it has died.
import type { Fact } from '@toolloop/core'
import { fact } from '@toolloop/core/machine'
import { systemClock } from '@toolloop/wire'
import { LogError } from '../log/log-error.ts'
import type { RunStore } from '../log/run-store.ts'
import { runOf } from './turn-id.ts'

/** What the owner of a claim does. */
export interface Change {
  readonly kind: 'delete' | 'fork'
  /** The turns 0 to `turns - 1` are deleted or made. */
  readonly turns: number
  /** Of a fork: when the run of its turn 0 started. A turn 0 of another time is of a run that withdraws. */
  readonly startedAt?: number | undefined
}

/** A change whose facts are in the claim's log. */
interface Claim {
  readonly change: Change
  /** A fork has found that its id is free, and writes turns. */
  readonly isMaking: boolean
}

/** The id of a claim in the store of runs. It ends in no number, so it is the run of no turn. */
const claimOf = (session: string): string => `${session}/claim`

/**
 * Whether the session exists: one turn decides it at each moment of a change. A delete removes its last turn first: that
 * excludes a resumed run in one step. A fork writes its first turn last: who reads from turn 0 on finds nothing or all.
 */
async function exists(runs: RunStore, session: string, { change, isMaking }: Claim): Promise<boolean> {
  const { kind, turns, startedAt } = change
  if (kind === 'fork' && !isMaking) return true // nothing is changed yet
  const decisive = await runs.summary(runOf(session, kind === 'delete' ? turns - 1 : 0))
  return decisive !== undefined && (startedAt === undefined || decisive.startedAt === startedAt)
}

/** Whether a session exists while it is changed; `undefined` when nobody changes it. */
export async function existsInChange(runs: RunStore, session: string): Promise<boolean | undefined> {
  const claim = claimIn(await runs.log(claimOf(session)).load())
  return claim && exists(runs, session, claim)
}

/**
 * Claims the session and runs `change`, which deletes or makes the decisive turn. Whatever happens then, the session is whole
 * or gone afterwards; what a process that dies leaves is settled by `settle`. A fork calls `begin` before its first turn.
 * @throws LogError `log_owned` when another process has the claim
 */
export async function withClaim(
  runs: RunStore,
  session: string,
  change: Change,
  run: (begin: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const log = runs.log(claimOf(session))
  let next = 0
  const append = async (made: Fact): Promise<void> => log.append([stamped(made, next++)])
  await own(session, () => append(startOf(change)))
  let isMaking = false
  let failure: { readonly error: unknown } | undefined
  try {
    await run(async () => {
      await append(making)
      isMaking = true
    })
  } catch (error) {
    failure = { error }
  }
  try {
    // The first turn of a fork that fails because of another owner is of a run that withdraws.
    const isForeign = isMaking && isTaken(failure?.error)
    const isWhole = async (): Promise<boolean> => !isForeign && exists(runs, session, { change, isMaking })
    await finish(runs, session, change, isWhole, append)
  } catch (error) {
    failure ??= { error }
  }
  if (failure) throw failure.error
}

/**
 * Takes over a claim whose owner has died, and settles its change: a session without its decisive turn is deleted, any other
 * is left as it is. Resolves to whether it has deleted turns.
 * @throws LogError `log_owned` when the owner lives
 */
export async function settle(runs: RunStore, session: string): Promise<boolean> {
  const log = runs.log(claimOf(session))
  const facts = await log.load()
  const claim = claimIn(facts)
  if (!claim) return false
  let next = facts.length
  const append = async (made: Fact): Promise<void> => log.append([stamped(made, next++)])
  await own(session, () => append(takenOver))
  return finish(runs, session, claim.change, () => exists(runs, session, claim), append)
}

/**
 * Deletes the rest of a session that is gone, and the claim. Resolves to whether the session is gone. A claim that cannot be
 * settled stays, without an owner.
 */
async function finish(
  runs: RunStore,
  session: string,
  change: Change,
  isWhole: () => Promise<boolean>,
  append: (made: Fact) => Promise<void>,
): Promise<boolean> {
  let isGone: boolean
  try {
    isGone = !(await isWhole())
    if (isGone) await sweep(runs, session, change)
  } catch (error) {
    await append(ended)
    throw error
  }
  await append(ended)
  await unlessTaken(() => runs.delete(claimOf(session))) // else another process has taken it over, and deletes it
  return isGone
}

async function sweep(runs: RunStore, session: string, { kind, turns }: Change): Promise<void> {
  const first = kind === 'delete' ? 0 : 1
  for (let turn = turns - 1; turn >= first; turn--) await runs.delete(runOf(session, turn))
  // Here a run may be about to start. It withdraws its log by itself, unless its process has died.
  await unlessTaken(() => runs.delete(runOf(session, kind === 'delete' ? turns : 0)))
}

const nobody = { name: '', fingerprint: '' } as const
const making = fact({ type: 'run.resume', agent: { ...nobody, name: 'fork' } })
const takenOver = fact({ type: 'run.resume', agent: nobody })
const ended = fact({ type: 'run.done', outcome: { status: 'aborted', reason: 'The change of the session has ended.' } })
const startOf = (change: Change): Fact =>
  fact({ type: 'run.start', version: 1, agent: nobody, input: [], pipeline: { input: change } })

function claimIn(facts: readonly Fact[]): Claim | undefined {
  const [first] = facts
  const change = first?.type === 'run.start' ? (first.pipeline?.input as Change | undefined) : undefined
  const isMaking = facts.some((one) => one.type === 'run.resume' && one.agent.name === 'fork')
  return change && { change, isMaking }
}

const stamped = (made: Fact, seq: number): Fact => ({ ...made, seq, at: systemClock.now(), run: 'claim' })

async function own(session: string, append: () => void | Promise<void>): Promise<void> {
  try {
    await append()
  } catch (error) {
    if (!isTaken(error)) throw error
    const { owner } = error
    const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
    const message = `The session ${JSON.stringify(session)} is being deleted or forked by ${who}. Try again when it has ended.`
    throw new LogError('log_owned', message, { cause: error, ...(owner && { owner }) })
  }
}

async function unlessTaken(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isTaken(error)) throw error
  }
}

/** Another process owns the log, or has written to it since it was loaded. */
export const isTaken = (error: unknown): error is LogError =>
  error instanceof LogError && (error.code === 'log_owned' || error.code === 'log_conflict')
