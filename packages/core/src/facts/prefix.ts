// The prompt prefix: the part of a request that the next request repeats, so that a server can cache it.
import type { FactOf } from './events.ts'
import type { PrefixBreak, PrefixMark } from './prefix-mark.ts'

/** Which requests of a run extend the one before. */
export interface PrefixReport {
  /** The number of requests. */
  readonly requests: number
  /** From `place` on, a server's prompt cache cannot be used for the request. */
  readonly breaks: readonly PrefixBreak[]
}

/** What the log records of the last request. */
export interface PrefixState extends PrefixReport {
  readonly mark: PrefixMark | null
  readonly model: string
  readonly tools: readonly string[]
  /** The number of messages of the conversation in it. */
  readonly count: number
  /** The strategies that have shortened the conversation since. */
  readonly compacted?: readonly string[]
}

export const noPrefix: PrefixState = { requests: 0, breaks: [], mark: null, model: '', tools: [], count: 0 }

/** The state after a `step.start`. A fact without `prefix` keeps the mark. */
export function afterStart(before: PrefixState, fact: FactOf<'step.start'>, count: number): PrefixState {
  const { step, model, tools, prefix } = fact
  const news = prefix?.breaks?.map((one) => ({ step, ...one }))
  return {
    requests: before.requests + 1,
    breaks: news ? [...before.breaks, ...news] : before.breaks,
    mark: prefix?.mark ?? before.mark,
    model,
    tools,
    count,
  }
}
