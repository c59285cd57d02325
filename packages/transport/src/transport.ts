// The client of the wire: every route of Chat Completions over one HTTP endpoint.
import {
  type Completion,
  type CompletionDeleted,
  type CompletionParams,
  type Profile,
  type StoredMessage,
  UsageError,
} from '@toolloop/wire'
import { openHttp } from '#platform'
import { Call } from './call/attempts.ts'
import type { CallPolicy, CallTarget, Prepared } from './call/target.ts'
import { type ChunkStream, OpenChunkStream } from './call/chunk-stream.ts'
import { readCompletion } from './response/completion.ts'
import { profileFor } from './request/profiles.ts'
import { defaultBaseURL, endpointOf, segmentOf } from './request/endpoint.ts'
import type { Answer } from './errors/answer.ts'
import { checkedKey, mergeHeaders } from './request/headers.ts'
import type { Http } from './http/contract.ts'
import { LiveCalls } from './call/live.ts'
import {
  checkClientOptions,
  checkRequestOptions,
  type ClientOptions,
  type QueryOptions,
  type RequestOptions,
} from './request/options.ts'
import { Page } from './response/page.ts'
import { RequestBuilder, type Route } from './request/builder.ts'
import { rememberResponse, responseOf } from './response/info.ts'
import { readDeleted, readList } from './response/stored.ts'
import { steadyClock } from './call/stopwatch.ts'
import { resolveTimeouts } from './request/timeouts.ts'

export type StreamingParams = CompletionParams & { stream: true }
export type PlainParams = CompletionParams & { stream?: false | null }

/**
 * Chat Completions over HTTP. The constructor only checks its options; the first request reads the environment and
 * opens a connection. A transport runs any number of requests at once. `close()` aborts the pending requests and
 * closes the connections.
 */
export class Transport {
  readonly #options: ClientOptions
  #requests: RequestBuilder | undefined
  #policy: CallPolicy | undefined
  #opening: Promise<Http> | undefined
  #http: Http | undefined
  readonly #live = new LiveCalls<Call>()
  #closed = false

  constructor(options: ClientOptions = {}) {
    checkClientOptions(options)
    this.#options = options
    if (options.baseURL !== undefined) endpointOf(options.baseURL)
    if (options.apiKey !== undefined && typeof options.apiKey !== 'function') checkedKey(options.apiKey)
    if (options.profile !== undefined) profileFor(options.profile, options.baseURL ?? defaultBaseURL)
    policyOf(options)
    mergeHeaders(options.headers)
  }

  /** The base URL of all requests. */
  get baseURL(): string {
    this.#requests ??= new RequestBuilder(this.#options)
    return this.#requests.baseURL
  }

  /** What the server accepts, and which fields it wants sent back. */
  get profile(): Profile {
    this.#requests ??= new RequestBuilder(this.#options)
    return this.#requests.profile
  }

  /**
   * Creates a completion: `POST /chat/completions`. With `stream: true` the promise resolves when the response begins;
   * iterate its chunks.
   */
  create(params: StreamingParams, options?: RequestOptions): Promise<ChunkStream>
  create(params: PlainParams, options?: RequestOptions): Promise<Completion>
  create(params: CompletionParams, options?: RequestOptions): Promise<Completion | ChunkStream>
  create(params: CompletionParams, options: RequestOptions = {}): Promise<Completion | ChunkStream> {
    if (typeof params !== 'object' || params === null) return Promise.reject(invalidParams(params))
    const body = { ...this.#options.body, ...params, ...options.body }
    const route: Route = { method: 'POST', path: '/chat/completions', body, model: params.model }
    return body.stream ? this.#stream(route, options, body.n) : this.#fetch(route, options, readCompletion)
  }

  /** Fetches a stored completion. */
  retrieve(id: string, options: RequestOptions = {}): Promise<Completion> {
    return this.#fetch({ method: 'GET', path: pathTo(id) }, options, readCompletion)
  }

  /** Replaces the metadata of a stored completion. The API can change nothing else of it. */
  update(id: string, params: CompletionUpdate, options: RequestOptions = {}): Promise<Completion> {
    const body = { ...params, ...options.body }
    return this.#fetch({ method: 'POST', path: pathTo(id), body }, options, readCompletion)
  }

  /** Lists stored completions, the oldest first; `order: 'desc'` reverses that. */
  list(query: CompletionQuery = {}, options: RequestOptions = {}): Promise<Page<Completion>> {
    const { metadata, ...rest } = query
    const pairs = Object.entries(metadata ?? {}).map(([key, value]) => [`metadata[${key}]`, value])
    return this.#page('/chat/completions', { ...rest, ...Object.fromEntries(pairs) }, options)
  }

  /** Deletes a stored completion. */
  delete(id: string, options: RequestOptions = {}): Promise<CompletionDeleted> {
    return this.#fetch({ method: 'DELETE', path: pathTo(id) }, options, readDeleted)
  }

  /** The messages of a stored completion's request. */
  readonly messages: StoredMessages = {
    list: (id, query = {}, options = {}) => this.#page(`${pathTo(id)}/messages`, { ...query }, options),
  }

  /** Aborts the pending requests and closes the connections. Later requests throw a `UsageError`. */
  async close(): Promise<void> {
    this.#closed = true
    for (const call of this.#live.all()) call.cancel('The client was closed')
    const http = await this.#opening?.catch(() => undefined)
    await http?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #stream(route: Route, options: RequestOptions, choices: unknown): Promise<ChunkStream> {
    const expected = {
      n: typeof choices === 'number' ? choices : 1,
      maxEventBytes: this.#options.limits?.maxEventBytes,
    }
    // Not `async`: that would add a promise to each step of an agent.
    try {
      const call = this.#call(route, options)
      return call.run((begun) => new OpenChunkStream(call, begun, expected))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #page<T extends { id: string }>(path: string, query: QueryOptions, options: RequestOptions): Promise<Page<T>> {
    const list = await this.#fetch({ method: 'GET', path, query }, options, readList<T>)
    const page = new Page(list, (after) => this.#page<T>(path, { ...query, after }, options))
    const info = responseOf(list)
    if (info !== undefined) rememberResponse(page, info)
    return page
  }

  async #fetch<T extends object>(route: Route, options: RequestOptions, read: ReadBody<T>): Promise<T> {
    const call = this.#call(route, options)
    const result = await call.run(async (response) => read(await call.text(response), () => call.answer))
    call.finish()
    rememberResponse(result, call.info)
    return result
  }

  #call(route: Route, options: RequestOptions): Call {
    if (this.#closed) throw new UsageError('This client is closed; create a new one')
    checkRequestOptions(options)
    this.#requests ??= new RequestBuilder(this.#options)
    this.#policy ??= policyOf(this.#options)
    const { timeout, maxRetries } = options
    const signal = eitherSignal(this.#options.signal, options.signal)
    const onRetry = bothListeners(this.#options.onRetry, options.onRetry)
    const policy =
      timeout === undefined && maxRetries === undefined
        ? this.#policy
        : policyOf(this.#options, { timeout, maxRetries })
    return new Call(this.#target(this.#requests, route, options), policy, { signal, onRetry, live: this.#live })
  }

  #target(requests: RequestBuilder, route: Route, options: RequestOptions): CallTarget {
    const build = requests.build(route, options)
    const prepared = (http: Http, key: string | undefined): Prepared => ({ http, request: build(key) })
    return {
      renewsKey: requests.renewsKey,
      prepare: () => {
        const key = requests.key()
        if (this.#http !== undefined && !(key instanceof Promise)) return prepared(this.#http, key)
        return Promise.all([this.#open(requests.origin), key]).then(([http, known]) => prepared(http, known))
      },
    }
  }

  async #open(origin: string): Promise<Http> {
    const { fetch, dispatcher, proxy, limits } = this.#options
    this.#opening ??= openHttp(origin, { fetch, dispatcher, proxy, maxHeaderBytes: limits?.maxHeaderBytes ?? 65_536 })
    this.#http = await this.#opening
    return this.#http
  }
}

/** The query of every list with a cursor. */
export interface PageQuery {
  /** The id of the last item received: the page begins behind it. */
  readonly after?: string | undefined
  /** Items per page. @default 20 */
  readonly limit?: number | undefined
  /** `asc`: the oldest first. @default 'asc' */
  readonly order?: 'asc' | 'desc' | undefined
}

export interface CompletionQuery extends PageQuery {
  /** Only completions whose metadata has all of these pairs. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly model?: string | undefined
}

export interface CompletionUpdate {
  readonly metadata: Readonly<Record<string, string>> | null
}

export interface StoredMessages {
  list(id: string, query?: PageQuery, options?: RequestOptions): Promise<Page<StoredMessage>>
}

type ReadBody<T> = (text: string, answer: () => Answer) => T

/** The client's policy, with the request's own settings (`own`) over it. */
function policyOf(options: ClientOptions, own: Pick<RequestOptions, 'timeout' | 'maxRetries'> = {}): CallPolicy {
  const { backoff, clock, limits, logger, random } = options
  return {
    timeouts: resolveTimeouts(options.timeout, own.timeout),
    maxRetries: countOf('maxRetries', own.maxRetries ?? options.maxRetries ?? 2),
    backoff: {
      initial: amountOf('backoff.initial', backoff?.initial ?? 500),
      max: amountOf('backoff.max', backoff?.max ?? 8_000),
      cap: amountOf('backoff.cap', backoff?.cap ?? 60_000),
    },
    maxBodyBytes: amountOf('limits.maxBodyBytes', limits?.maxBodyBytes ?? 32 * 1024 * 1024),
    logger,
    random: random ?? Math.random,
    clock: clock ?? steadyClock,
  }
}

function invalidParams(params: unknown): UsageError {
  return new UsageError(
    `\`create\` needs the parameters of the request as an object, not ${params === null ? 'null' : typeof params}`,
  )
}

function pathTo(id: string): string {
  return `/chat/completions/${segmentOf(id, 'A stored completion')}`
}

function amountOf(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new UsageError(`\`${name}\` must be a number of at least 0, not ${String(value)}`)
}

function countOf(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value
  throw new UsageError(`\`${name}\` must be a whole number of at least 0, not ${String(value)}`)
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one !== undefined) checkSignal(one)
  if (other !== undefined) checkSignal(other)
  return one && other ? AbortSignal.any([one, other]) : (one ?? other)
}

function checkSignal(signal: AbortSignal): void {
  if (typeof signal === 'object' && typeof signal?.addEventListener === 'function') return
  throw new UsageError('`signal` must be an `AbortSignal`, such as `new AbortController().signal`')
}

type OnRetry = NonNullable<RequestOptions['onRetry']>

function bothListeners(one: OnRetry | undefined, other: OnRetry | undefined): OnRetry | undefined {
  if (!one || !other) return one ?? other
  return (retry) => {
    one(retry)
    other(retry)
  }
}
