import type { Chunk } from './chunk.ts'
import type { Completion } from './completion.ts'
import type { CompletionParams } from './params.ts'

/**
 * All that an agent knows of a model. `stream` or `create` is enough: the other one is derived from it.
 * `chatModel(client, 'gpt-5.1')` makes one; a test passes `scriptedModel([…])`; anything of this shape will do.
 */
export interface ChatModel {
  /** The model's id, as traces and errors name it. */
  readonly name: string
  /** What its server accepts and wants back. @default what OpenAI accepts */
  readonly profile?: Profile
  /** For `result.cost`. */
  readonly price?: Price
  /** Chunks one by one or many at a time; a list may be empty. The iteration ends only when the answer is complete, else it throws. */
  stream?(request: ModelRequest, options: ModelOptions): AsyncIterable<Chunk | readonly Chunk[]>
  create?(request: ModelRequest, options: ModelOptions): Promise<Completion>
}

/** A request without what the model itself adds: its id and whether to stream. */
export type ModelRequest = Omit<CompletionParams, 'model' | 'stream' | 'stream_options'>

export interface ModelOptions {
  /** Aborts the request, the wait before a retry, and the stream. */
  readonly signal?: AbortSignal | undefined
  /** Called before the wait that precedes a retry. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  /** The same for all requests of one conversation, and of no other. */
  readonly memory?: ModelMemory | undefined
}

/**
 * Where a model keeps what it made of a conversation's messages and tools, as far as these can never change (deeply
 * frozen): the next request costs the work of what is new. Empty at first; it goes with the conversation.
 */
export type ModelMemory = Map<unknown, unknown>

/** Why and when a request is tried again. */
export interface Retry {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly error: Error
  /** Milliseconds until the next attempt. */
  readonly delay: number
}

/** US dollars per million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
  /** Cached prompt tokens. @default input */
  readonly cachedInput?: number
}

/** Forms of call ids: anything, at most 40 characters, or exactly nine of `[a-zA-Z0-9]`. */
export type CallIdForm = 'any' | 'max40' | 'alphanumeric9'

/** What a server accepts, and what it wants back. The table of known servers is in `@toolloop/transport`. */
export interface Profile {
  readonly name: string
  /** `strict: true` in function definitions. */
  readonly strict: boolean
  /** `stream_options` in a streamed request. */
  readonly streamOptions: boolean
  readonly parallelToolCalls: boolean
  /** The `developer` role; else it is sent as `system`. */
  readonly developerRole: boolean
  /** `max_completion_tokens`; else it is sent as `max_tokens`. */
  readonly maxCompletionTokens: boolean
  /** `content: null` beside tool calls; else `''` is sent. */
  readonly nullContent: boolean
  /** Assistant tool calls whose `arguments` are not a JSON object; else `{}` is sent in their place. */
  readonly invalidArguments: boolean
  /** Fields of assistant messages (and their tool calls) that must go back; other fields the API does not know are left out. */
  readonly sendBack: readonly string[]
  /** A user message directly behind a tool message; else a short assistant message is sent between them. @default true */
  readonly userAfterTool?: boolean
  /** The ids of tool calls that the server accepts; others are sent as a short id derived from them. @default 'any' */
  readonly callIds?: CallIdForm
  /** How structured output is asked for best. */
  readonly output: 'native' | 'tool' | 'prompt'
  /**
   * The same where the request also has tools: a server that holds the answer to a format by its grammar cannot call
   * any. @default `output`
   */
  readonly outputWithTools?: 'native' | 'tool' | 'prompt'
}
