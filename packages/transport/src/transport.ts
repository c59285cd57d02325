// The client of the wire: one HTTP endpoint, its key, its manners.
import {
  type Completion,
  type CompletionDeleted,
  type CompletionParams,
  type Profile,
  type StoredMessage,
  UsageError,
} from '@toolloop/wire'
import { openHttp } from '#platform'
import { Call, type CallTarget, type Prepared } from './call.ts'
import { type ChunkStream, chunkStream } from './chunk-stream.ts'
import { readCompletion } from './completion-body.ts'
import { defaultBaseURL, type Endpoint, endpointOf, queryString, segmentOf } from './endpoint.ts'
import { environment } from './environment.ts'
import type { BadAnswer } from './error-response.ts'
import { checkedKey, mergeHeaders } from './headers.ts'
import type { Http, HttpRequest } from './http.ts'
import type { Backoff, ClientOptions, HeaderOptions, QueryOptions, RequestOptions, ResolvedBackoff } from './options.ts'
import { profileFor } from './profiles.ts'
import { Page } from './page.ts'
import { rememberResponse, responseOf } from './response-info.ts'
import { serialize } from './serialize.ts'
import { readDeleted, readList } from './stored-body.ts'
import { resolveTimeouts } from './timeouts.ts'

export type StreamingParams = CompletionParams & { stream: true }
export type PlainParams = CompletionParams & { stream?: false | null }

/**
 * Chat Completions over HTTP. Making one opens nothing and reads nothing; the first request does. A transport may
 * serve any number of requests at once. `close()` cuts what runs and frees the connections.
 */
export class Transport {
  readonly #options: ClientOptions
  #settings: Settings | undefined
  #opening: Promise<Http> | undefined
  #http: Http | undefined
  #closed = false

  constructor(options: ClientOptions = {}) {
    this.#options = options
    if (options.baseURL !== undefined) endpointOf(options.baseURL)
    if (options.apiKey !== undefined && typeof options.apiKey !== 'function') checkedKey(options.apiKey)
    resolveTimeouts(options.timeout)
    mergeHeaders(options.headers)
  }

  /** Where requests go. */
  get baseURL(): string {
    return this.#resolved.baseURL
  }

  /** What the server accepts and wants back. */
  get profile(): Profile {
    return this.#resolved.profile
  }

  /**
   * Asks for a completion: `POST /chat/completions`. With `stream: true` the promise settles when the response begins;
   * iterate the chunks then.
   */
  create(params: StreamingParams, options?: RequestOptions): Promise<ChunkStream>
  create(params: PlainParams, options?: RequestOptions): Promise<Completion>
  create(params: CompletionParams, options?: RequestOptions): Promise<Completion | ChunkStream>
  async create(params: CompletionParams, options: RequestOptions = {}): Promise<Completion | ChunkStream> {
    const body = { ...params, ...this.#options.body, ...options.body }
    const route: Route = { method: 'POST', path: '/chat/completions', body, model: params.model }
    if (!body.stream) return this.#fetch(route, options, readCompletion)
    const call = this.#call(route, options)
    return chunkStream(call, await call.run((response) => response), this.#options.limits?.maxEventBytes)
  }

  /** A stored completion. */
  retrieve(id: string, options: RequestOptions = {}): Promise<Completion> {
    return this.#fetch({ method: 'GET', path: pathTo(id) }, options, readCompletion)
  }

  /** Changes a stored completion's metadata, the only thing that can change. */
  update(id: string, params: CompletionUpdate, options: RequestOptions = {}): Promise<Completion> {
    const body = { ...params, ...options.body }
    return this.#fetch({ method: 'POST', path: pathTo(id), body }, options, readCompletion)
  }

  /** Stored completions, oldest first unless `order` says otherwise. */
  list(query: CompletionQuery = {}, options: RequestOptions = {}): Promise<Page<Completion>> {
    const { metadata, ...rest } = query
    const pairs = Object.entries(metadata ?? {}).map(([key, value]) => [`metadata[${key}]`, value])
    return this.#page('/chat/completions', { ...rest, ...Object.fromEntries(pairs) }, options)
  }

  /** Forgets a stored completion. */
  delete(id: string, options: RequestOptions = {}): Promise<CompletionDeleted> {
    return this.#fetch({ method: 'DELETE', path: pathTo(id) }, options, readDeleted)
  }

  /** The messages of a stored completion's request. */
  readonly messages: StoredMessages = {
    list: (id, query = {}, options = {}) => this.#page(`${pathTo(id)}/messages`, { ...query }, options),
  }

  /** Cuts what runs and frees the connections. Later requests fail. */
  async close(): Promise<void> {
    this.#closed = true
    const http = await this.#opening?.catch(() => undefined)
    await http?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
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
    const result = await call.run(async (response) => read(await call.text(response), call.answer))
    call.finish()
    rememberResponse(result, call.info)
    return result
  }

  #call(route: Route, options: RequestOptions): Call {
    if (this.#closed) throw new UsageError('This client was closed; make a new one')
    const { timeout, maxRetries, backoff, limits, logger, random, apiKey } = this.#options
    const target: CallTarget = {
      prepare: this.#preparer(route, options),
      renewsKey: typeof apiKey === 'function',
    }
    return new Call(target, {
      timeouts: resolveTimeouts(timeout, options.timeout),
      maxRetries: countOf('maxRetries', options.maxRetries ?? maxRetries ?? 2),
      backoff: backoffOf(backoff),
      maxBodyBytes: limits?.maxBodyBytes ?? 32 * 1024 * 1024,
      signal: options.signal,
      onRetry: options.onRetry,
      logger,
      random: random ?? Math.random,
    })
  }

  /** Everything but the key is made once per request. */
  #preparer(route: Route, options: RequestOptions): CallTarget['prepare'] {
    const { endpoint, azure, headers, key } = this.#resolved
    const azureQuery = azure === undefined ? undefined : { 'api-version': azure.apiVersion }
    const query = queryString(endpoint.query, azureQuery, this.#options.query, route.query, options.query)
    const path = endpoint.path + pathOf(route, azure) + query
    const body = route.body === undefined ? undefined : jsonOf(route.body)
    const own = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.method === 'POST' ? { 'idempotency-key': options.idempotencyKey ?? randomId() } : {}),
    }
    const withKey = (http: Http, secret: string | undefined): Prepared => {
      const all = mergeHeaders(headers, own, authOf(secret, azure), this.#options.headers, options.headers)
      const request: HttpRequest = { method: route.method, origin: endpoint.origin, path, headers: all, body }
      return { http, request, secrets: secret === undefined ? [] : [secret] }
    }
    return () => {
      if (this.#http !== undefined && typeof key !== 'function') return withKey(this.#http, key)
      return this.#openWithKey(key).then(([http, secret]) => withKey(http, secret))
    }
  }

  async #openWithKey(key: ClientOptions['apiKey']): Promise<[Http, string | undefined]> {
    const secret = typeof key === 'function' ? checkedKey(await key()) : key
    const { fetch, dispatcher, limits } = this.#options
    const maxHeaderBytes = limits?.maxHeaderBytes ?? 65_536
    this.#opening ??= openHttp(this.#resolved.endpoint.origin, { fetch, dispatcher, maxHeaderBytes })
    this.#http = await this.#opening
    return [this.#http, secret]
  }

  /** The options with the environment filled in, at the first use. */
  get #resolved(): Settings {
    this.#settings ??= settingsOf(this.#options)
    return this.#settings
  }
}

/** What every cursor list takes. */
export interface PageQuery {
  /** The id of the last item seen. */
  readonly after?: string | undefined
  /** Items a page. @default 20 */
  readonly limit?: number | undefined
  /** By age. @default 'asc' */
  readonly order?: 'asc' | 'desc' | undefined
}

export interface CompletionQuery extends PageQuery {
  /** Only completions with all of these pairs. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly model?: string | undefined
}

export interface CompletionUpdate {
  readonly metadata: Readonly<Record<string, string>> | null
}

export interface StoredMessages {
  list(id: string, query?: PageQuery, options?: RequestOptions): Promise<Page<StoredMessage>>
}

/** A request of any route. */
interface Route {
  readonly method: HttpRequest['method']
  /** Behind the base URL, with a leading slash; ids in it are encoded. */
  readonly path: string
  readonly query?: QueryOptions | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** The model, where the address names it. */
  readonly model?: string | undefined
}

type ReadBody<T> = (text: string, answer: Omit<BadAnswer, 'body'>) => T

interface Settings {
  readonly baseURL: string
  readonly endpoint: Endpoint
  readonly key: ClientOptions['apiKey']
  readonly azure: ClientOptions['azure']
  readonly headers: Record<string, string>
  readonly profile: Profile
}

function backoffOf(setting: Backoff | undefined): ResolvedBackoff {
  return { initial: setting?.initial ?? 500, max: setting?.max ?? 8_000, cap: setting?.cap ?? 60_000 }
}

function settingsOf(options: ClientOptions): Settings {
  const baseURL = String(options.baseURL ?? environment('OPENAI_BASE_URL') ?? defaultBaseURL)
  const endpoint = endpointOf(baseURL)
  // A key from the environment goes only where the environment (or the default) says.
  const key = options.apiKey ?? (options.baseURL === undefined ? environment('OPENAI_API_KEY') : undefined)
  if (key === undefined && baseURL === defaultBaseURL)
    throw new UsageError(
      'There is no API key: set OPENAI_API_KEY, or pass `apiKey` (with `baseURL`, for another server)',
    )
  const profile = profileFor(options.profile ?? (options.azure === undefined ? undefined : 'azure'), baseURL)
  const headers = mergeHeaders({
    accept: 'application/json, text/event-stream',
    'openai-organization': options.organization,
    'openai-project': options.project,
  })
  return {
    baseURL,
    endpoint,
    key: typeof key === 'string' ? checkedKey(key) : key,
    azure: options.azure,
    headers,
    profile,
  }
}

function pathTo(id: string): string {
  return `/chat/completions/${segmentOf(id, 'A stored completion')}`
}

function authOf(key: string | undefined, azure: ClientOptions['azure']): HeaderOptions {
  if (key === undefined) return {}
  return azure !== undefined && azure.auth !== 'bearer' ? { 'api-key': key } : { authorization: `Bearer ${key}` }
}

function pathOf(route: Route, azure: ClientOptions['azure']): string {
  if (azure === undefined) return route.path
  const deployment = azure.deployment ?? route.model
  return deployment === undefined
    ? `/openai${route.path}`
    : `/openai/deployments/${segmentOf(deployment, 'A deployment')}${route.path}`
}

function countOf(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value
  throw new UsageError(`\`${name}\` must be a whole number from 0, not ${String(value)}`)
}

function jsonOf(body: object): string {
  try {
    return serialize(body)
  } catch (cause) {
    throw new UsageError(`The request is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
