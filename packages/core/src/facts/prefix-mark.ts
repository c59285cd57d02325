// The beginning of a request as a fact records it, and where the next request differs.

/** Hashes of what comes before the conversation in a request, and of the messages that a hook sent in its place. */
export interface PrefixMark {
  readonly tools: string
  readonly instructions: string
  readonly output: string
  /** The profile of the server that the request is rendered for. */
  readonly rendering: string
  /** Count and hash of the messages that `prepareStep` sent; absent when the request carried the conversation itself. */
  readonly shown?: { readonly count: number; readonly hash: string }
}

/** The part in which a request differs from the last one. */
export type BreakPlace = 'model' | 'tools' | 'instructions' | 'output' | 'rendering' | 'history' | 'compaction'

/** A step whose request does not extend the last one. */
export interface PrefixBreak {
  readonly step: number
  readonly place: BreakPlace
  /** A description for people. */
  readonly cause: string
}
