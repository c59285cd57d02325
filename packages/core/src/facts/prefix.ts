// What a server may keep of a request between two steps: all that the next request begins with, too.
import type { FactOf } from './events.ts'
import type { PrefixBreak, PrefixMark } from './prefix-mark.ts'

/** How far the requests of a run extend each other. */
export interface PrefixReport {
  /** How many requests there were. */
  readonly requests: number
  /** Each one is a prompt that a server's cache had to read anew from `place` on. */
  readonly breaks: readonly PrefixBreak[]
}

/** What the log knows of the last request. */
export interface PrefixState extends PrefixReport {
  readonly mark: PrefixMark | null
  readonly model: string
  readonly tools: readonly string[]
  /** How many messages of the conversation it carried. */
  readonly count: number
}

export const noPrefix: PrefixState = { requests: 0, breaks: [], mark: null, model: '', tools: [], count: 0 }

/** Where nothing changed the fact says nothing, and the mark stays. */
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
