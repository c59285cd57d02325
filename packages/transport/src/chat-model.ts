// Turns a client into the `ChatModel` that an agent calls.
import type {
  ChatModel,
  Chunk,
  Completion,
  CompletionParams,
  ModelOptions,
  ModelRequest,
  Price,
  Profile,
  StreamOptions,
} from '@toolloop/wire'
import { StreamError, UsageError } from '@toolloop/wire'
import { adaptRequest } from './request/adapt.ts'
import { checkCompletion } from './response/completion.ts'
import { defaultBaseURL } from './request/endpoint.ts'
import { ownError } from './errors/foreign.ts'
import { changed, type ProfileName, profileFor } from './request/profiles.ts'

/** Anything that can create completions: a `Client`, a `Transport`, or an `openai` instance. */
export type CompletionClient = OwnClient | OpenAIClient

/** The part of a Toolloop client that `chatModel` uses. */
export type OwnClient = { readonly profile: Profile } & (
  | Completions
  | { readonly chat: { readonly completions: Completions } }
)

interface Completions {
  create(params: CompletionParams, options?: ModelOptions): Promise<unknown>
}

/** The part of an `openai` instance that `chatModel` uses. */
export interface OpenAIClient {
  readonly chat: { readonly completions: { create(params: never, options?: never): PromiseLike<unknown> } }
  readonly baseURL?: string
}

export interface ChatModelOptions {
  /** @default the client's, else the one of its base URL */
  readonly profile?: ProfileName | Partial<Profile> | undefined
  /** Prices of tokens, for `result.cost`. */
  readonly price?: Price | undefined
}

/** The model with this id, called through a client. Requests are adapted to the client's profile. */
export function chatModel(client: CompletionClient, name: string, options: ChatModelOptions = {}): ChatModel {
  if (typeof name !== 'string' || name === '')
    throw new UsageError('`chatModel` needs the id of a model, e.g. `gpt-5.1`')
  const source = sourceOf(client)
  const profile = profileOf(client, options.profile)
  const streamOptions: { stream_options?: StreamOptions } = profile.streamOptions
    ? { stream_options: { include_usage: true } }
    : {}
  const plain = { model: name }
  const streamed = { model: name, stream: true, ...streamOptions }
  // `adaptRequest` returns a new object, so that fields can be added to it.
  const paramsOf = (
    request: ModelRequest,
    own: Pick<CompletionParams, 'model'>,
    { memory }: ModelOptions = {},
  ): CompletionParams => Object.assign(adaptRequest(request, profile, memory), own)
  return {
    name,
    profile,
    ...(options.price === undefined ? {} : { price: options.price }),
    create: (request, modelOptions) => source.create(paramsOf(request, plain, modelOptions), modelOptions),
    stream: (request, modelOptions) => source.stream(paramsOf(request, streamed, modelOptions), modelOptions),
  }
}

/** The two calls a model needs of a client. */
interface Source {
  create(params: CompletionParams, options: ModelOptions): Promise<Completion>
  stream(params: CompletionParams, options: ModelOptions): AsyncIterable<Chunk | readonly Chunk[]>
}

/** A client with a `profile` is one of ours: it takes our options, and its streams have `batches()`. */
function sourceOf(client: CompletionClient): Source {
  const completions = 'chat' in client ? client.chat?.completions : client
  if (typeof completions?.create !== 'function')
    throw new UsageError('`chatModel` needs a client with `create` or `chat.completions.create`, e.g. `new Client()`')
  return 'profile' in client ? ownSource(completions as Completions) : foreignSource(client)
}

function ownSource(completions: Completions): Source {
  return {
    create: (params, options) => completions.create(params, options) as Promise<Completion>,
    stream: (params, options) => new LazyStream(async () => completions.create(params, options)),
  }
}

/** Sends the request at the first `next`. Not a generator: that would add a microtask turn to each `next`. */
class LazyStream implements AsyncIterableIterator<Chunk | readonly Chunk[]> {
  readonly #open: () => Promise<unknown>
  #opening: Promise<AsyncIterator<Chunk | readonly Chunk[]>> | undefined
  #iterator: AsyncIterator<Chunk | readonly Chunk[]> | undefined
  #left = false

  constructor(open: () => Promise<unknown>) {
    this.#open = open
  }

  next(): Promise<IteratorResult<Chunk | readonly Chunk[]>> {
    if (this.#iterator !== undefined) return this.#iterator.next()
    return this.#left ? this.#end() : this.#start()
  }

  return(): Promise<IteratorResult<Chunk | readonly Chunk[]>> {
    this.#left = true
    return this.#end()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * Yields an empty batch when the response begins. The promises that waited for it may be in the old generation by
   * then: a batch that they resolve with would stay in memory until the next full garbage collection.
   */
  async #start(): Promise<IteratorResult<Chunk | readonly Chunk[]>> {
    this.#opening ??= this.#open().then(iteratorOf) // once, also when `next` is called twice meanwhile
    this.#iterator = await this.#opening
    return this.#left ? this.#end() : { done: false, value: [] }
  }

  async #end(): Promise<IteratorResult<Chunk | readonly Chunk[]>> {
    return (await this.#iterator?.return?.()) ?? { done: true, value: undefined }
  }
}

function iteratorOf(stream: unknown): AsyncIterator<Chunk | readonly Chunk[]> {
  return hasBatches(stream)
    ? stream.batches()[Symbol.asyncIterator]()
    : (stream as AsyncIterable<Chunk>)[Symbol.asyncIterator]()
}

/** An `openai` instance retries by itself and has no `onRetry`: its retries are not reported. */
function foreignSource({ chat, baseURL }: OpenAIClient): Source {
  const send = async (params: CompletionParams, { signal }: ModelOptions): Promise<unknown> =>
    chat.completions.create(params as never, { signal } as never)
  return {
    async create(params, options) {
      try {
        return checkCompletion(await send(params, options), () => ({ status: 200, from: baseURL }))
      } catch (error) {
        throw ownError(error, options.signal)
      }
    },
    async *stream(params, options) {
      try {
        yield* completeStream((await send(params, options)) as AsyncIterable<Chunk>)
      } catch (error) {
        throw ownError(error, options.signal)
      }
    },
  }
}

function profileOf(client: CompletionClient, setting: ChatModelOptions['profile']): Profile {
  const own = 'profile' in client ? client.profile : undefined
  if (typeof setting === 'object' && own !== undefined) return changed(own, setting)
  if (setting === undefined && own !== undefined) return own
  const baseURL = 'baseURL' in client && typeof client.baseURL === 'string' ? client.baseURL : defaultBaseURL
  return profileFor(setting, baseURL)
}

function hasBatches(stream: unknown): stream is { batches(): AsyncIterable<readonly Chunk[]> } {
  return typeof stream === 'object' && stream !== null && 'batches' in stream && typeof stream.batches === 'function'
}

/** The stream of an `openai` instance can end without an error when the connection was cut. */
async function* completeStream(stream: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  let finished = false
  for await (const chunk of stream) {
    finished ||= chunk.choices?.some((choice) => Boolean(choice.finish_reason))
    yield chunk
  }
  if (!finished) throw new StreamError('The stream ended without a finish_reason')
}
