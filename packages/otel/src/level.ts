// What the fold holds of one level of the tree: one agent under its path, with its open spans.
import type { Context, Span, SpanContext } from '@opentelemetry/api'
import { apply, type Fact, initialState, type RunState } from '@toolloop/core'

/** A span that has begun, with its start in milliseconds since 1970. */
export interface OpenSpan {
  readonly span: Span
  /** The context in which its children begin. */
  readonly context: Context
  readonly startedAt: number
}

export interface OpenCall extends OpenSpan {
  readonly callId: string
  readonly name: string
  /** The path of the run inside it, where it runs an agent. */
  readonly inside: string
}

export class Level {
  readonly path: string
  /** The agent that holds the run. */
  name: string
  state: RunState = initialState
  /** Its `invoke_agent` span; absent while it pauses and after its end. */
  invoked: OpenSpan | undefined
  /** The last `invoke_agent` span, for the link of the next one. */
  last: SpanContext | undefined
  chat: (OpenSpan & { readonly model: string; firstChunk?: number }) | undefined
  readonly calls: Map<string, OpenCall> = new Map()
  /** Counted from the beginning of the open `invoke_agent` span. */
  inferenceCalls = 0
  toolCalls = 0

  constructor(path: string, name: string) {
    this.path = path
    this.name = name
  }

  /** Folds a fact. Facts of other kinds of run than an agent's change nothing here. Needed for recorded content only. */
  apply(fact: Fact): void {
    try {
      this.state = apply(this.state, fact)
    } catch {
      // The facts before this one are not known: the run was resumed, and `past` was not passed.
    }
  }
}
