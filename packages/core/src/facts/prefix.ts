// What a server may keep of a request between two steps: all that the next request begins with, too.
import type { FactOf } from './events.ts'

/** What comes before the conversation in a request, by hashes; and what was shown of the conversation, where a hook said so. */
export interface PrefixMark {
  readonly tools: string
  readonly instructions: string
  readonly output: string
  /** The profile of the server that the request is rendered for. */
  readonly rendering: string
  /** So many messages, by their hash; absent where the conversation was shown as it is. */
  readonly shown?: { readonly count: number; readonly hash: string }
}

/** Where a request left the last one. */
export type BreakPlace = 'model' | 'tools' | 'instructions' | 'output' | 'rendering' | 'history'

/** A step whose request does not extend the last one. */
export interface PrefixBreak {
  readonly step: number
  readonly place: BreakPlace
  /** In words. */
  readonly cause: string
}

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
