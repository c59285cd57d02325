// `client.chat.completions`: the peer's methods, implemented with our client.
import type { Client } from '@toolloop/client'
import type { ChunkStream, CompletionQuery, RequestOptions as OwnOptions } from '@toolloop/transport'
import type { Chunk, Completion, CompletionParams } from '@toolloop/wire'
import { checkTools, readCompletion } from './answers/reading.ts'
import { OpenAIError } from './errors/errors.ts'
import { peerError } from './errors/translation.ts'
import { APIPromise, withOwnRequestId } from './http/api-promise.ts'
import { streamTimeout, wholeTimeout } from './http/client-options.ts'
import { CursorPage, PagePromise } from './http/pages.ts'
import { ownOptions, type RequestOptions } from './http/request-options.ts'
import { Stream } from './http/stream.ts'
import { ChatCompletionRunner } from './runs/chat-completion-runner.ts'
import { ChatCompletionStream } from './runs/chat-completion-stream.ts'
import type { RunnerOptions } from './runs/completion-runner.ts'
import type {
  ChatCompletionStreamingToolRunnerParamsWithoutContext,
  ChatCompletionToolRunnerParamsWithoutContext,
  RunnableToolFunctionWithContext,
} from './runs/runnable-tools.ts'
import { ChatCompletionStreamingRunner } from './runs/streaming-runner.ts'
import type {
  ChatCompletionCreateParamsBase,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionListParams,
  ChatCompletionParseParams,
  ChatCompletionStreamParams,
  ChatCompletionUpdateParams,
  MessageListParams,
} from './types/chat.ts'
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionDeleted,
  ChatCompletionStoreMessage,
  ParsedChatCompletion,
} from './types/completion.ts'
import type { ExtractParsedContentFromParams } from './types/parsing.ts'

/** What the resource needs of its client. The settings are read at each request. */
export interface Connection {
  /** Our client for completions of this model; without a model, for stored completions. */
  client(model?: string): Client
  readonly timeout: number
}

// oxlint-disable-next-line typescript/no-explicit-any -- tools of any arguments, inferred where each is written
type AnyArgs = any

export class Completions {
  readonly messages: Messages
  readonly #connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection
    this.messages = new Messages(connection)
  }

  /**
   * Sends exactly these parameters. With `stream: true` the promise resolves to a stream of chunks.
   * @throws APIError by status, APIConnectionError, APIConnectionTimeoutError, APIUserAbortError
   */
  create(params: ChatCompletionCreateParamsNonStreaming, options?: RequestOptions): APIPromise<ChatCompletion>
  create(params: ChatCompletionCreateParamsStreaming, options?: RequestOptions): APIPromise<Stream<ChatCompletionChunk>>
  create(
    params: ChatCompletionCreateParamsBase,
    options?: RequestOptions,
  ): APIPromise<Stream<ChatCompletionChunk> | ChatCompletion>
  create(
    params: ChatCompletionCreateParamsBase,
    options: RequestOptions = noOptions,
  ): APIPromise<Stream<ChatCompletionChunk> | ChatCompletion> {
    const body = (options.body ?? params) as CompletionParams
    return new APIPromise<Stream<ChatCompletionChunk> | ChatCompletion>(
      body.stream ? this.#stream(body, options) : this.#whole(body, options),
    )
  }

  /**
   * Creates a completion and parses it: `message.parsed` by `response_format`, `parsed_arguments` by the tools.
   * @throws LengthFinishReasonError, ContentFilterFinishReasonError when the answer was cut, and what `create` throws
   */
  parse<Params extends ChatCompletionParseParams, ParsedT = ExtractParsedContentFromParams<Params>>(
    params: Params,
    options?: RequestOptions,
  ): APIPromise<ParsedChatCompletion<ParsedT>> {
    checkTools(params.tools)
    return this.create(params as ChatCompletionCreateParamsNonStreaming, options).unwrapped((completion) =>
      readCompletion<ParsedT>(completion, params),
    )
  }

  /** A streamed answer with events and helpers. */
  stream<Params extends ChatCompletionStreamParams, ParsedT = ExtractParsedContentFromParams<Params>>(
    params: Params,
    options?: RequestOptions,
  ): ChatCompletionStream<ParsedT> {
    return ChatCompletionStream.createChatCompletion<ParsedT>(this.#asClient(), params, options)
  }

  /** Sends requests and calls the functions that the answers name, until an answer calls none. */
  runTools<
    ToolContext,
    Params extends Omit<ChatCompletionCreateParamsNonStreaming, 'tools'> = Omit<
      ChatCompletionCreateParamsNonStreaming,
      'tools'
    >,
    ParsedT = ExtractParsedContentFromParams<Params>,
  >(
    params: Params & { toolContext: ToolContext; tools: readonly RunnableToolFunctionWithContext<ToolContext>[] },
    options?: RunnerOptions,
  ): ChatCompletionRunner<ParsedT>
  runTools<
    ToolContext,
    Params extends Omit<ChatCompletionCreateParamsStreaming, 'tools'> = Omit<
      ChatCompletionCreateParamsStreaming,
      'tools'
    >,
    ParsedT = ExtractParsedContentFromParams<Params>,
  >(
    params: Params & { toolContext: ToolContext; tools: readonly RunnableToolFunctionWithContext<ToolContext>[] },
    options?: RunnerOptions,
  ): ChatCompletionStreamingRunner<ParsedT>
  runTools<
    Params extends ChatCompletionToolRunnerParamsWithoutContext<AnyArgs>,
    ParsedT = ExtractParsedContentFromParams<Params>,
  >(params: Params, options?: RunnerOptions): ChatCompletionRunner<ParsedT>
  runTools<
    Params extends ChatCompletionStreamingToolRunnerParamsWithoutContext<AnyArgs>,
    ParsedT = ExtractParsedContentFromParams<Params>,
  >(params: Params, options?: RunnerOptions): ChatCompletionStreamingRunner<ParsedT>
  runTools(
    params:
      | ChatCompletionToolRunnerParamsWithoutContext<AnyArgs>
      | ChatCompletionStreamingToolRunnerParamsWithoutContext<AnyArgs>,
    options?: RunnerOptions,
  ): ChatCompletionRunner<unknown> | ChatCompletionStreamingRunner<unknown> {
    return params.stream
      ? ChatCompletionStreamingRunner.runTools<unknown>(this.#asClient(), params, options)
      : ChatCompletionRunner.runTools<unknown>(this.#asClient(), params, options)
  }

  /** A completion that was created with `store: true`. */
  retrieve(completionID: string, options: RequestOptions = {}): APIPromise<ChatCompletion> {
    return this.#stored((client) => client.chat.completions.retrieve(completionID, wholeOptions(options)))
  }

  /** Replaces a stored completion's metadata, its only mutable field. */
  update(
    completionID: string,
    params: ChatCompletionUpdateParams,
    options: RequestOptions = {},
  ): APIPromise<ChatCompletion> {
    return this.#stored((client) => client.chat.completions.update(completionID, params, wholeOptions(options)))
  }

  /** Stored completions, one page at a time. Iterating yields the items of all later pages too. */
  list(
    query?: ChatCompletionListParams | RequestOptions | null,
    options?: RequestOptions,
  ): PagePromise<CursorPage<ChatCompletion>, ChatCompletion> {
    const [params, own] = queryAndOptions(query, options, ['after', 'limit', 'metadata', 'model', 'order'])
    return pagesOf<ChatCompletion>(() =>
      this.#connection.client().chat.completions.list(params as CompletionQuery, wholeOptions(own)),
    )
  }

  /** Deletes a stored completion. */
  delete(completionID: string, options: RequestOptions = {}): APIPromise<ChatCompletionDeleted> {
    return this.#stored((client) => client.chat.completions.delete(completionID, wholeOptions(options)))
  }

  /** Not `async`: that would add a promise to every request. */
  #whole(body: CompletionParams, options: RequestOptions): Promise<ChatCompletion> {
    try {
      return this.#connection
        .client(body.model)
        .chat.completions.create(body as CompletionParams & { stream?: false }, wholeOptions(options))
        .then(answered, rethrown)
    } catch (error) {
      return Promise.reject(peerError(error))
    }
  }

  async #stream(body: CompletionParams, options: RequestOptions): Promise<Stream<ChatCompletionChunk>> {
    const controller = new AbortController()
    const { signal } = options
    const abort = (): void => controller.abort(signal?.reason)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    try {
      const chunks = await this.#connection
        .client(body.model)
        .chat.completions.create(body as CompletionParams & { stream: true }, {
          ...ownOptions(options),
          timeout: streamTimeout(options.timeout ?? this.#connection.timeout),
          signal: controller.signal,
        })
      return Stream.ofBatches(
        chunkSource(chunks, () => signal?.removeEventListener('abort', abort)),
        controller,
      )
    } catch (error) {
      signal?.removeEventListener('abort', abort)
      throw peerError(error)
    }
  }

  #stored<T extends object, Answer>(ask: (client: Client) => Promise<T>): APIPromise<Answer> {
    return new APIPromise<Answer>(answerOf(() => ask(this.#connection.client())) as Promise<unknown> as Promise<Answer>)
  }

  /** The client for streams and runs: they send their requests through `create`, too. */
  #asClient(): { readonly chat: { readonly completions: Completions } } {
    return { chat: { completions: this } }
  }
}

/** The messages of a stored completion. */
export class Messages {
  readonly #connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  list(
    completionID: string,
    query?: MessageListParams | RequestOptions | null,
    options?: RequestOptions,
  ): PagePromise<CursorPage<ChatCompletionStoreMessage>, ChatCompletionStoreMessage> {
    const [params, own] = queryAndOptions(query, options, ['after', 'limit', 'order'])
    return pagesOf<ChatCompletionStoreMessage>(() =>
      this.#connection.client().chat.completions.messages.list(completionID, params, wholeOptions(own)),
    )
  }
}

const noOptions: RequestOptions = Object.freeze({})

const answered = (answer: Completion): ChatCompletion => withOwnRequestId(answer) as unknown as ChatCompletion

function rethrown(error: unknown): never {
  throw peerError(error)
}

function wholeOptions(options: RequestOptions): OwnOptions | undefined {
  if (options === noOptions) return undefined
  const { timeout, signal } = options
  return {
    ...ownOptions(options),
    ...(timeout !== undefined && { timeout: wholeTimeout(timeout) }),
    ...(signal && { signal }),
  }
}

async function answerOf<T extends object>(ask: () => Promise<T>): Promise<T> {
  try {
    return withOwnRequestId(await ask())
  } catch (error) {
    throw peerError(error)
  }
}

function pagesOf<Item extends { id: string }>(ask: () => Promise<unknown>): PagePromise<CursorPage<Item>, Item> {
  const first = async (): Promise<CursorPage<Item>> => {
    try {
      return new CursorPage<Item>((await ask()) as ConstructorParameters<typeof CursorPage<Item>>[0])
    } catch (error) {
      throw peerError(error)
    }
  }
  return new PagePromise(first())
}

/** The query may be omitted before the options. @throws OpenAIError where one object mixes both */
function queryAndOptions<Query extends object>(
  first: Query | RequestOptions | null | undefined,
  options: RequestOptions | undefined,
  names: readonly string[],
): [Query, RequestOptions] {
  const given = Object.entries(first ?? {}).filter(([, value]) => value !== undefined)
  const others = given.filter(([name]) => optionNames.has(name) && !names.includes(name))
  if (others.length === 0) return [(first ?? {}) as Query, options ?? {}]
  if (options !== undefined || others.length < given.length)
    throw new OpenAIError(
      `The query and the options of a list are two arguments: ${others.map(([name]) => `\`${name}\``).join(', ')} belongs into the second.`,
    )
  return [{} as Query, first as RequestOptions]
}

const optionNames: ReadonlySet<string> = new Set([
  'headers',
  'maxRetries',
  'timeout',
  'signal',
  'idempotencyKey',
  'query',
])

/** The chunks of a request, as the peer yields them: a missing finish reason is `null`. */
function chunkSource(
  chunks: ChunkStream,
  onEnd: () => void,
): { batches(): AsyncIterator<readonly ChatCompletionChunk[]>; response(): ChunkStream['response'] } {
  return {
    response: () => chunks.response,
    batches: () => {
      const batches = chunks.batches()
      return {
        next: async () => {
          try {
            const next = await batches.next()
            if (next.done) onEnd()
            else for (const chunk of next.value) complete(chunk)
            return next as IteratorResult<readonly ChatCompletionChunk[]>
          } catch (error) {
            onEnd()
            throw error
          }
        },
        return: async () => {
          onEnd()
          await batches.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function complete({ choices }: Chunk): void {
  for (const choice of choices) if (choice.finish_reason === undefined) choice.finish_reason = null
}
