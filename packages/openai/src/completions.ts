// `client.chat.completions`: the peer's methods, implemented with our client.
import type { Client } from '@toolloop/client'
import type { CompletionQuery } from '@toolloop/transport'
import type { Completion, CompletionParams } from '@toolloop/wire'
import { checkTools, readCompletion } from './answers/reading.ts'
import { peerError } from './errors/translation.ts'
import { APIPromise, withOwnRequestId } from './http/api-promise.ts'
import { chunkSource } from './http/chunk-source.ts'
import type { Connection } from './http/connection.ts'
import { queryAndOptions } from './http/list-query.ts'
import { type CursorPage, pagesOf, type PagePromise } from './http/pages.ts'
import { noOptions, ownOptions, type RequestOptions, wholeOptions } from './http/request-options.ts'
import { Stream } from './http/stream.ts'
import { streamTimeout } from './http/timeouts.ts'
import { Messages } from './messages.ts'
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
} from './types/chat.ts'
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionDeleted,
  ParsedChatCompletion,
} from './types/completion.ts'
import type { ExtractParsedContentFromParams } from './types/parsing.ts'

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

const answered = (answer: Completion): ChatCompletion => withOwnRequestId(answer) as unknown as ChatCompletion

function rethrown(error: unknown): never {
  throw peerError(error)
}

async function answerOf<T extends object>(ask: () => Promise<T>): Promise<T> {
  try {
    return withOwnRequestId(await ask())
  } catch (error) {
    throw peerError(error)
  }
}
