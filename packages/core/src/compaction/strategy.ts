import type { ChatModel, Message } from '@toolloop/wire'

/** What a strategy reads. */
export interface CompactionInput {
  /** The conversation as the next request would send it, after the strategies before this one. Frozen. */
  readonly messages: readonly Message[]
  /** The number of the next step, from 0. */
  readonly step: number
  /** Aborted with the run. */
  readonly signal: AbortSignal
  /** Estimated tokens: by the budget's `countTokens`, else UTF-8 bytes / 3. Each message is counted once. */
  readonly tokens: (messages: readonly Message[]) => number
  /**
   * Asks a model for a text, by default the agent's; the run's usage and budget count it. `undefined`: the budget has no
   * room for it.
   */
  readonly ask: (request: CompactionRequest) => Promise<string | undefined>
}

export interface CompactionRequest {
  readonly messages: readonly Message[]
  /** A model's id, or a model. @default the agent's model */
  readonly model?: string | ChatModel | undefined
  /** Completion tokens at most. */
  readonly maxTokens?: number | undefined
}

/**
 * Shortens the conversation before a step. It returns the messages to go on with: of the given ones those that stay, the
 * same objects in the same order, and new ones; `undefined` leaves all as they are. Each call must keep its tool message.
 * What it throws ends the run as `error`. Its `name` is recorded.
 */
export type Compaction = (
  input: CompactionInput,
) => readonly Message[] | void | undefined | Promise<readonly Message[] | void | undefined>
