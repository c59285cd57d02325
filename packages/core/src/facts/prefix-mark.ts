// What a request begins with, as a fact holds it, and where the next one leaves it.

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
