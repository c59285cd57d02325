import type { Message, ModelMemory, ModelRequest } from '@toolloop/wire'
import type { Clock } from '@toolloop/wire'
import type { Fact } from './events.ts'
import type { Progress } from './progress.ts'
import type { AgentSpec } from './spec.ts'
import type { RunState } from './state.ts'

/** One run in this process: what works need beside the facts. */
export interface Run {
  readonly agent: AgentSpec
  readonly id: string
  readonly context: unknown
  /** Aborted by the caller, and when the run is over. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Somebody looks at the events: ask the model for a stream, tell progress. */
  readonly watched: boolean
  /** The state as of the last logged batch. */
  state: RunState
  /** A batch is on its way to the log. Where a run broke meanwhile, it was the log that failed. */
  writing: boolean
  /** Progress, for somebody who looks. */
  readonly tell: (progress: Progress) => void
  /** Gives a fact its place in the log and freezes it. */
  stamp(fact: Fact): void
  /** The answer that is being read: it tells what its step would be if it ended now. */
  reading: { cut(reason: 'connection' | 'abort'): Fact | undefined } | undefined
  /** Ids of earlier calls, and how many messages were searched for them. */
  readonly seen: { readonly ids: Set<string>; upTo: number }
  /** The instructions of the last request, as a message: while they stay the same, so does the message. */
  system: Message | undefined
  /** What models keep of the conversation. */
  readonly memory: ModelMemory
  /** Requests of this process's steps, kept as their parts. */
  readonly requests: Map<
    number,
    { readonly rest: Omit<ModelRequest, 'messages'>; readonly head: readonly Message[]; readonly upTo: number }
  >
  /** Typed answers as their schema gave them, by the text they were read from. */
  readonly answers: Map<string, unknown>
}
