// Reads the turns of a session from its store. What is known already is not read again.
import type { RunStore, RunSummary } from '../log/run-store.ts'
import type { SessionStatus, Turn } from './session-types.ts'
import { withHistory } from './turn-log.ts'
import { type Before, nothingBefore, TurnState } from './turn-state.ts'

/** What is known of a session. Turns that were replaced are not in it. */
export interface Turns {
  readonly ended: readonly Turn[]
  readonly last: TurnState | undefined
  /** Of the last run. */
  readonly status: SessionStatus
}

export const noTurns: Turns = { ended: [], last: undefined, status: 'new' }

/** The id of a turn's run in the store. */
export const runOf = (session: string, turn: number): string => `${session}/${turn}`

/** The session and the turn of a run's id; `undefined` for a run of no session. */
export function turnOf(run: string): { readonly session: string; readonly turn: number } | undefined {
  const [, session, turn] = /^(.+)\/(0|[1-9]\d{0,8})$/s.exec(run) ?? []
  return session === undefined ? undefined : { session, turn: Number(turn) }
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
  let { ended, last } = isSame(known.last, summary) ? known : noTurns
  if (last && summary?.facts !== last.facts.length) last = await readTurn(runs, session, last.turn, last)
  if (last === undefined) ended = []
  for (let turn = last ? last.turn + 1 : 0; turn < before; turn++) {
    const next = await readTurn(runs, session, turn, last)
    if (next === undefined) break
    ended = turnsBefore(next, ended, last)
    last = next
    summary = undefined
  }
  if (last === undefined) return noTurns
  const status = last.status === 'running' ? await openStatus(runs, session, last, summary) : last.status
  return { ended, last, status }
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
