// Loads the facts of a log, and folds them into a state.
import { deepFreeze, isDeepFrozen, UsageError } from '@toolloop/wire'
import type { Fact } from './events.ts'
import type { RunLog } from './log.ts'
import { apply, initialState, type RunState } from './state.ts'

/** How facts become a state. */
interface Fold<State> {
  readonly initial: State
  readonly apply: (state: State, fact: Fact) => State
}

const ofAgent: Fold<RunState> = { initial: initialState, apply }

/** Loads frozen facts. Facts that are not frozen are copied, because their owner may change them. */
export async function readLog(log: RunLog): Promise<readonly Fact[]> {
  const past: unknown = await log.load()
  if (!Array.isArray(past))
    throw new UsageError(
      `\`load\` of the log returned ${past === null ? 'null' : typeof past}; it must return an array of facts, an empty one for a new log.`,
    )
  return Array.from(past as Fact[], frozenFact)
}

function frozenFact(past: Fact, at: number): Fact {
  try {
    return isDeepFrozen(past) ? past : deepFreeze(JSON.parse(JSON.stringify(past)) as Fact)
  } catch (cause) {
    throw new UsageError(`The log is damaged: fact ${at} is not plain JSON, or is nested too deeply.`, { cause })
  }
}

/** Folds the facts of one level. */
export const foldOf = <State>(facts: readonly Fact[], { initial, apply: next }: Fold<State>): State =>
  facts.reduce(next, initial)

/** Folds the root's facts of a log, and validates the order of all. @throws UsageError for a damaged log */
export function stateOf(past: readonly Fact[]): RunState
export function stateOf<State>(past: readonly Fact[], fold: Fold<State>): State
export function stateOf(past: readonly Fact[], fold: Fold<unknown> = ofAgent as Fold<unknown>): unknown {
  let state = fold.initial
  for (const [at, one] of past.entries()) {
    if (typeof one?.seq === 'number' && one.seq < at && past[one.seq]?.seq === one.seq)
      throw new UsageError(
        `Two runs wrote to this log at once: the number ${one.seq} occurs twice, in facts ${one.seq} and ${at}. A log serves one run at a time: make its store reject a second fact of the same \`run\` and \`seq\`.`,
      )
    if (one?.seq !== at)
      throw new UsageError(
        `The log is damaged: fact ${at} has the number ${String(one?.seq)}; one before it is missing, or this is not a fact.`,
      )
    if (typeof one.at !== 'number')
      throw new UsageError(
        `The log is damaged: fact ${at} has the time ${JSON.stringify(one.at) ?? 'undefined'}; \`at\` must be milliseconds since 1970.`,
      )
    try {
      if ((one.path ?? '') === '') state = fold.apply(state, one)
    } catch (error) {
      throw new UsageError(`The log is damaged: fact ${at} (\`${one?.type}\`) does not fit what comes before it.`, {
        cause: error,
      })
    }
  }
  return state
}
