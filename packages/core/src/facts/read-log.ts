// Facts of a log, and the state they come to.
import { deepFreeze, isDeepFrozen, UsageError } from '@toolloop/wire'
import type { Fact } from './events.ts'
import type { RunLog } from './log.ts'
import { apply, initialState, type RunState } from './state.ts'

/** What was read is the caller's, who may change it; a copy cannot change, so that it is written once. */
export async function readLog(log: RunLog): Promise<readonly Fact[]> {
  const past: unknown = await log.load()
  if (!Array.isArray(past))
    throw new UsageError(
      `\`load\` of the log answered with ${past === null ? 'null' : typeof past}; it must be an array of facts, an empty one for a new log.`,
    )
  return Array.from(past as Fact[], unchanging)
}

function unchanging(past: Fact, at: number): Fact {
  try {
    return isDeepFrozen(past) ? past : deepFreeze(JSON.parse(JSON.stringify(past)) as Fact)
  } catch (cause) {
    throw new UsageError(`The log is damaged: fact ${at} is not plain JSON, or nests too deeply.`, { cause })
  }
}

/** The fold over a log, checked: no gap, no fact that does not fit. @throws UsageError for a damaged log */
export function stateOf(past: readonly Fact[]): RunState {
  let state = initialState
  for (const [at, one] of past.entries()) {
    if (typeof one?.seq === 'number' && one.seq < at && past[one.seq]?.seq === one.seq)
      throw new UsageError(
        `Two runs wrote to this log at once: the number ${one.seq} is there twice, in facts ${one.seq} and ${at}. A log serves one run at a time: let its store refuse a second fact of the same \`run\` and \`seq\`.`,
      )
    if (one?.seq !== at)
      throw new UsageError(
        `The log is damaged: fact ${at} has the number ${String(one?.seq)}; one before it is missing, or it is not a fact.`,
      )
    if (typeof one.at !== 'number')
      throw new UsageError(
        `The log is damaged: fact ${at} is of the time ${JSON.stringify(one.at) ?? 'undefined'}; \`at\` must be milliseconds since 1970.`,
      )
    try {
      state = apply(state, one)
    } catch (error) {
      throw new UsageError(`The log is damaged: fact ${at} (\`${one?.type}\`) does not fit what comes before it.`, {
        cause: error,
      })
    }
  }
  return state
}
