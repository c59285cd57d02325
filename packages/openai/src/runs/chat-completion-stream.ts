// A streamed answer with the peer's events and helpers.
import { APIError, OpenAIError } from '../errors/errors.ts'
import { peerStreamError } from '../errors/translation.ts'
import type { RequestOptions } from '../http/request-options.ts'
import { Stream } from '../http/stream.ts'
import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
  ChatCompletionStreamParams,
} from '../types/chat.ts'
import type { ChatCompletionChunk, ChatCompletionSnapshot, ParsedChatCompletion } from '../types/completion.ts'
import { AbstractChatCompletionRunner, type CompletionClient } from './completion-runner.ts'
import { messageIn } from './message-chunks.ts'
import type { ChatCompletionStreamEvents } from './stream-events.ts'
import { type AnswerListener, StreamedAnswer } from './streamed-answer.ts'

/**
 * One streamed answer. The request is sent after the current turn. Iterating it yields the chunks; leaving the
 * iteration aborts the request.
 */
export class ChatCompletionStream<ParsedT = null>
  extends AbstractChatCompletionRunner<ChatCompletionStreamEvents<ParsedT>, ParsedT>
  implements AsyncIterable<ChatCompletionChunk>
{
  readonly #params: ChatCompletionCreateParams | null
  readonly #taps = new Set<(chunk: ChatCompletionChunk) => void>()
  readonly #listener: AnswerListener = {
    has: (event) => this.hasListeners(event),
    emit: (event, ...args) => this.emit(event, ...(args as never)),
  }
  #answer: StreamedAnswer<ParsedT> | undefined

  constructor(params: ChatCompletionCreateParams | null) {
    super()
    this.#params = params
  }

  /** A stream that sends its own request. */
  static createChatCompletion<ParsedT>(
    client: CompletionClient,
    params: ChatCompletionStreamParams,
    options?: RequestOptions,
  ): ChatCompletionStream<ParsedT> {
    const streaming = { ...params, stream: true } as ChatCompletionCreateParams
    const stream = new ChatCompletionStream<ParsedT>(streaming)
    stream.start(() => {
      stream.messages.push(...params.messages)
      return stream.ask(client, streaming, options)
    })
    return stream
  }

  /** A stream of chunks that `toReadableStream` wrote. */
  static fromReadableStream(readable: ReadableStream): ChatCompletionStream {
    const stream = new ChatCompletionStream(null)
    stream.start(() => stream.replay(readable))
    return stream
  }

  /** The answer so far, a copy at every call; `undefined` before the first chunk and after the last. */
  get currentChatCompletionSnapshot(): ChatCompletionSnapshot | undefined {
    return this.#answer?.isEmpty === false ? this.#answer.snapshot() : undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<ChatCompletionChunk> {
    return this.buffered<ChatCompletionChunk>(
      (push) => {
        this.#taps.add(push)
        return () => this.#taps.delete(push)
      },
      { onReturn: () => this.abort() },
    )
  }

  /** The chunks as lines of JSON, which `fromReadableStream` reads. */
  toReadableStream(): ReadableStream {
    return new Stream(() => this[Symbol.asyncIterator](), this.controller).toReadableStream()
  }

  /** @internal */
  override async ask(
    client: CompletionClient,
    params: ChatCompletionCreateParams,
    options: RequestOptions = {},
    mustBeWhole = false,
  ): Promise<ParsedChatCompletion<ParsedT>> {
    this.abortWith(options.signal)
    const request = { ...params, stream: true }
    const stream = (await client.chat.completions.create(request as never, {
      ...options,
      signal: this.controller.signal,
    })) as Stream<ChatCompletionChunk>
    this.connected()
    const answer = new StreamedAnswer<ParsedT>(params, this.#listener, mustBeWhole)
    this.#answer = answer
    try {
      const batches = stream instanceof Stream ? stream.batches() : undefined
      if (batches) await this.#takeBatches(batches, answer)
      else for await (const chunk of stream) await this.#take(chunk, answer)
    } catch (error) {
      stream.controller?.abort()
      throw peerStreamError(error)
    }
    this.throwIfAborted()
    if (stream.controller?.signal.aborted) throw this.abortError()
    return this.#finish(answer)
  }

  /** @internal */
  async replay(readable: ReadableStream): Promise<void> {
    this.connected()
    let id: string | undefined
    for await (const item of Stream.fromReadableStream<ChatCompletionChunk>(readable, this.controller)) {
      const { error } = item as { error?: object | null }
      if (typeof error === 'object' && error !== null) throw new APIError(undefined, error, undefined, undefined)
      const message = messageIn(item)
      if (message) {
        await this.#replay(message.message, message.tool_call_ids)
        id = undefined
        continue
      }
      if (this.#answer && id && item.id && id !== item.id) await this.#finish(this.#answer)
      this.#answer ??= new StreamedAnswer<ParsedT>(this.#params ?? {}, this.#listener)
      await this.#take(item, this.#answer)
      id = item.id || id
    }
    this.throwIfAborted()
    if (this.#answer) await this.#finish(this.#answer)
    else if (this.allChatCompletions().length === 0) throw new OpenAIError('request ended without sending any chunks')
  }

  /** A tool message completes the answer before it, and carries the ids of that answer's calls. */
  async #replay(message: ChatCompletionMessageParam, ids: readonly string[] = []): Promise<void> {
    if (this.#answer) {
      const completion = await this.#answer.finish()
      const calls = completion.choices[0]?.message.tool_calls ?? []
      for (const [at, call] of calls.entries()) call.id = ids[at] || call.id
      this.#answer = undefined
      this.addChatCompletion(completion)
    }
    this.addMessage(message)
  }

  /** Costs one promise for each read, not one for each chunk. */
  async #takeBatches(
    batches: AsyncIterator<readonly ChatCompletionChunk[]>,
    answer: StreamedAnswer<ParsedT>,
  ): Promise<void> {
    for (;;) {
      const { done, value } = await batches.next()
      if (done) return
      for (const chunk of value) {
        const pending = this.#take(chunk, answer)
        if (pending) await pending
      }
    }
  }

  #take(chunk: ChatCompletionChunk, answer: StreamedAnswer<ParsedT>): Promise<void> | undefined {
    const pending = answer.add(chunk)
    if (this.#taps.size > 0) for (const tap of this.#taps) tap(chunk)
    const room = this.room()
    return pending && room ? pending.then(() => room) : (pending ?? room)
  }

  async #finish(answer: StreamedAnswer<ParsedT>): Promise<ParsedChatCompletion<ParsedT>> {
    const completion = await answer.finish()
    this.#answer = undefined
    return this.addChatCompletion(completion)
  }
}
