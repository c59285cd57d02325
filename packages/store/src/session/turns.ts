// Reads the turns of a session from its store. What is known already is not read again.
import { sleep, systemClock } from '@toolloop/wire'
import type { RunStore, RunSummary } from '../log/run-store.ts'
import { existsInChange, isTaken, settle } from './claim.ts'
import type { SessionStatus, Turn } from './session-types.ts'
import { runOf } from './turn-id.ts'
import { withHistory } from './turn-log.ts'
import { type Before, nothingBefore, TurnState } from './turn-state.ts'

/** What is known of a session. Turns that were replaced are not in it. */
export interface Turns {
  readonly ended: readonly Turn[]
  readonly last: TurnState | undefined
  /** Of the last run. */
  readonly status: SessionStatus
  /** Milliseconds since 1970: when turn 0 started, also where it is replaced. A session that is deleted and made anew has another. */
  readonly startedAt: number | undefined
  /** Another process deletes or makes the session; no turn can start. */
  readonly isChanging: boolean
}

export const noTurns: Turns = { ended: [], last: undefined, status: 'new', startedAt: undefined, isChanging: false }

/** Reads the session as a whole: one that other processes delete or fork meanwhile has all its turns, or none. */
export async function readSession(runs: RunStore, session: string, known: Turns): Promise<Turns> {
  for (let attempt = 1, from = known; ; attempt++, from = noTurns) {
    const isLast = attempt === attempts
    const read = await readTurns(runs, session, from).catch((error: unknown) => {
      if (isLast) throw error // else turns that are deleted while they are read may look like damage
    })
    const exists = await existsInChange(runs, session)
    if (exists === false) return { ...noTurns, isChanging: true }
    if (!read) continue
    const first = read.last && (await runs.summary(runOf(session, 0)))
    if (first?.startedAt === read.startedAt || isLast) return { ...read, isChanging: exists ?? false }
  }
}

const attempts = 4

/** Milliseconds; a change takes some. */
const patience = 5000

/**
 * Whether a turn that has logged its start continues a session that still exists. While the session is changed and exists, it
 * is not decided: a delete that sees the turn is refused, and one that has not seen it deletes the session.
 */
export async function isStanding(runs: RunStore, session: string, startedAt: number | undefined): Promise<boolean> {
  for (const end = systemClock.now() + patience; ;) {
    const exists = await existsInChange(runs, session)
    if (exists === undefined) break
    if (!exists || systemClock.now() > end) return false
    await settle(runs, session).catch((error: unknown) => {
      if (!isTaken(error)) throw error
    })
    await sleep(systemClock, 2)
  }
  return startedAt === undefined || (await runs.summary(runOf(session, 0)))?.startedAt === startedAt
}

/**
 * Reads what was added since `known`: the last turn when it has grown, and the turns after it. Reads all when the session
 * was deleted meanwhile. `before`: the first turn that is not read.
 */
export async function readTurns(
  runs: RunStore,
  session: string,
  known: Turns,
  before: number = Infinity,
): Promise<Turns> {
  let summary = known.last && (await runs.summary(runOf(session, known.last.turn)))
  let { ended, last, startedAt } = isSame(known.last, summary) ? known : noTurns
  if (last && summary?.facts !== last.facts.length) last = await readTurn(runs, session, last.turn, last)
  if (last === undefined) [ended, startedAt] = [[], undefined]
  for (let turn = last ? last.turn + 1 : 0; turn < before; turn++) {
    const next = await readTurn(runs, session, turn, last)
    if (next === undefined) break
    ended = turnsBefore(next, ended, last)
    startedAt ??= next.facts[0]?.at
    last = next
    summary = undefined
  }
  if (last === undefined) return noTurns
  const status = last.status === 'running' ? await openStatus(runs, session, last, summary) : last.status
  return { ended, last, status, startedAt, isChanging: false }
}

/** The turns that the conversation before a turn holds. `last`: the turn that was the last one so far. */
export function turnsBefore(next: TurnState, ended: readonly Turn[], last: TurnState | undefined): readonly Turn[] {
  const all = last && last.turn < next.turn ? [...ended, last.summary(last.status)] : ended
  return all.filter(({ turn }) => turn <= next.continues)
}

/** What a turn that continues this one is added to. `last`: a turn that is known. */
export async function beforeOf(runs: RunStore, session: string, continues: number, last?: TurnState): Promise<Before> {
  if (continues < 0) return nothingBefore
  if (last?.turn === continues) return last.after
  const { last: turn } = await readTurns(runs, session, noTurns, continues + 1)
  return turn?.after ?? nothingBefore
}

/** `known`: the same turn as it was read before, or the turn before it. */
async function readTurn(
  runs: RunStore,
  session: string,
  turn: number,
  known: TurnState | undefined,
): Promise<TurnState | undefined> {
  const facts = await runs.log(runOf(session, turn)).load()
  const [first] = facts
  if (!first) return undefined
  const continues = (first.type === 'run.start' ? first.session?.after : undefined) ?? turn - 1
  const before = known?.turn === turn ? known.before : await beforeOf(runs, session, continues, known)
  return new TurnState(turn, continues, before, withHistory(facts, { session, turn, before: before.messages }))
}

/** Whether the summary is of the run that is known: its log only grows. */
const isSame = (last: TurnState | undefined, summary: RunSummary | undefined): boolean =>
  last !== undefined &&
  summary !== undefined &&
  summary.startedAt === last.facts[0]?.at &&
  summary.facts >= last.facts.length

/** `running` or `interrupted`: only the store knows whether a process owns the run. */
async function openStatus(
  runs: RunStore,
  session: string,
  { turn }: TurnState,
  summary: RunSummary | undefined,
): Promise<SessionStatus> {
  const { status } = summary ?? (await runs.summary(runOf(session, turn))) ?? { status: 'interrupted' }
  // It has ended since its facts were read; the next read has its end.
  return status === 'interrupted' ? status : 'running'
}
