import type { Chunk } from './chunk.ts'
import type { Completion } from './completion.ts'
import type { Message } from './messages.ts'
import type { CompletionParams } from './params.ts'

/**
 * A model, as an agent uses it. One of `stream` and `create` is enough: the other one is derived from it.
 * `chatModel(client, 'gpt-5.1')` makes a model, `scriptedModel([…])` one for tests; any object of this shape works.
 */
export interface ChatModel {
  /** The model's id, as traces and errors name it. */
  readonly name: string
  /** What its server accepts and requires. @default what OpenAI accepts */
  readonly profile?: Profile
  /** For `result.cost`. */
  readonly price?: Price
  /** The models that it is made of, each with a price of its own. */
  readonly models?: readonly ChatModel[]
  /** Chunks one by one or many at a time; a list may be empty. The iteration ends only when the answer is complete; otherwise it throws. */
  stream?(request: ModelRequest, options: ModelOptions): AsyncIterable<Chunk | readonly Chunk[]>
  create?(request: ModelRequest, options: ModelOptions): Promise<Completion>
}

/** A request without the fields that the model adds: its id and the options of streaming. */
export type ModelRequest = Omit<CompletionParams, 'model' | 'stream' | 'stream_options'>

export interface ModelOptions {
  /** Aborts the request, the wait before a retry, and the stream. */
  readonly signal?: AbortSignal | undefined
  /** Called before the delay that precedes a retry. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  /** All requests of one conversation share one memory; no two conversations share one. */
  readonly memory?: ModelMemory | undefined
  /** A model that is made of several calls this before each request, with the model that is sent the request. */
  readonly onModel?: ((model: ChatModel) => void) | undefined
  /** The name of the model that wrote a message of the conversation; `undefined` where it is unknown. */
  readonly authorOf?: ((message: Message) => string | undefined) | undefined
}

/**
 * A model's cache of a conversation's messages and tools in the form it sends. It holds only deeply frozen ones, which
 * cannot change, so that the next request converts only what is new. Empty at first; discarded with the conversation.
 */
export type ModelMemory = Map<unknown, unknown>

/** Why and when a request is retried. */
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

/** Forms of call ids: any text, at most 40 characters, or exactly nine of `[a-zA-Z0-9]`. */
export type CallIdForm = 'any' | 'max40' | 'alphanumeric9'

/** What a server accepts and requires. The table of known servers is in `@toolloop/transport`. */
export interface Profile {
  readonly name: string
  /** Accepts `strict: true` in function definitions. */
  readonly strict: boolean
  /** Accepts `stream_options` in a streamed request. */
  readonly streamOptions: boolean
  /** Accepts `parallel_tool_calls`. */
  readonly parallelToolCalls: boolean
  /** Accepts the `developer` role; otherwise it is sent as `system`. */
  readonly developerRole: boolean
  /** Accepts `max_completion_tokens`; otherwise it is sent as `max_tokens`. */
  readonly maxCompletionTokens: boolean
  /** Accepts `content: null` beside tool calls; otherwise `''` is sent. */
  readonly nullContent: boolean
  /** Accepts assistant tool calls whose `arguments` are not a JSON object; otherwise `{}` is sent in their place. */
  readonly invalidArguments: boolean
  /** Fields of assistant messages (and their tool calls) that must be sent back; other fields outside the API are left out. */
  readonly sendBack: readonly string[]
  /** Accepts a user message directly after a tool message; otherwise a short assistant message is sent between them. @default true */
  readonly userAfterTool?: boolean
  /** The ids of tool calls that the server accepts; others are sent as a short id derived from them. @default 'any' */
  readonly callIds?: CallIdForm
  /** The best way to request structured output. */
  readonly output: 'native' | 'tool' | 'prompt'
  /**
   * The same where the request also has tools: some servers cannot call tools while a grammar constrains the answer. @default `output`
   */
  readonly outputWithTools?: 'native' | 'tool' | 'prompt'
}
