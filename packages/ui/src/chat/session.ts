// What a chat needs of a session: `Session` of the store package has it.
import type { AnyAgent, ApprovalRequest, Decision, Fact, Input, RunEvent, RunLog, RunStream } from '@toolloop/core'
import type { AnyPipeline } from '@toolloop/pipeline'
import type { Message } from '@toolloop/wire'

export interface ChatTurn {
  readonly turn: number
  readonly runId: string
  readonly status: string
  readonly updatedAt: number
  readonly at: number
}

export interface ChatRunOptions {
  readonly context?: unknown
  readonly runId?: string
  readonly decisions?: Readonly<Record<string, Decision>>
}

export interface ChatPipelineOptions extends ChatRunOptions {
  /** The input of the pipeline, from the conversation with the new messages at its end. */
  readonly inputOf?: (conversation: readonly Message[]) => never
}

/** A conversation of several runs, each in a log of its own. */
export interface ChatSession {
  readonly status: string
  readonly transcript: readonly Message[]
  readonly turns: readonly ChatTurn[]
  readonly requests: readonly ApprovalRequest[]
  load(): Promise<unknown>
  stream(agent: AnyAgent, input: Input | undefined, options: ChatRunOptions): RunStream<RunEvent, unknown, unknown>
  stream(
    pipeline: AnyPipeline,
    input: Input | undefined,
    options: ChatPipelineOptions,
  ): RunStream<RunEvent, unknown, unknown>
  log(turn?: number): RunLog
  follow(options?: { readonly turn?: number; readonly signal?: AbortSignal }): AsyncIterable<Fact>
}

/** Opens sessions: `memorySessions()`, `folderSessions(…)`, `sqliteSessions(…)` of the store package. */
export interface ChatSessions {
  open(id: string): Promise<ChatSession>
}
