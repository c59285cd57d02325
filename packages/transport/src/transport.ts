// The client of the wire: one HTTP endpoint, its key, its manners.
import { type Completion, type CompletionParams, type Profile, UsageError } from '@toolloop/wire'
import { Call, type CallTarget, throwIfAborted } from './call.ts'
import { type ChunkStream, chunkStream } from './chunk-stream.ts'
import { readCompletion } from './completion-body.ts'
import { defaultBaseURL, type Endpoint, endpointOf, queryString } from './endpoint.ts'
import { environment } from './environment.ts'
import { checkedKey, mergeHeaders } from './headers.ts'
import { openHttp } from '#platform'
import type { Http, HttpRequest } from './http.ts'
import type { Backoff, ClientOptions, QueryOptions, RequestOptions, ResolvedBackoff } from './options.ts'
import { profileFor } from './profiles.ts'
import { rememberResponse } from './response-info.ts'
import { resolveTimeouts } from './timeouts.ts'

/** A request of any route. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Behind the base URL, with a leading slash; ids in it are encoded. */
  readonly path: string
  readonly query?: QueryOptions | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** The model, where the address names it. */
  readonly model?: string | undefined
}

export type StreamingParams = CompletionParams & { stream: true }
export type PlainParams = CompletionParams & { stream?: false | null }

/**
 * Chat Completions over HTTP. Making one opens nothing and reads nothing; the first request does. A transport may
 * serve any number of requests at once. `close()` cuts what runs and frees the connections.
 */
export class Transport {
  readonly #options: ClientOptions
  #settings: Settings | undefined
  #http: Promise<Http> | undefined
  #closed = false

  constructor(options: ClientOptions = {}) {
    this.#options = options
    if (options.baseURL !== undefined) endpointOf(options.baseURL)
    if (typeof options.apiKey === 'string') checkedKey(options.apiKey)
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
    const call = this.#call({ method: 'POST', path: '/chat/completions', body, model: params.model }, options)
    if (body.stream)
      return chunkStream(call, await call.run((response) => response), this.#options.limits?.maxEventBytes)
    const completion = await call.run(async (response) => readCompletion(await call.text(response), call.answer))
    rememberResponse(completion, call.info)
    return completion
  }

  /** Cuts what runs and frees the connections. Later requests fail. */
  async close(): Promise<void> {
    this.#closed = true
    const http = await this.#http?.catch(() => undefined)
    await http?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #call(route: Route, options: RequestOptions): Call {
    if (this.#closed) throw new UsageError('This client was closed; make a new one')
    throwIfAborted(options.signal)
    const { timeout, maxRetries, backoff, limits, logger, random, apiKey } = this.#options
    const build = this.#builder(route, options)
    const target: CallTarget = {
      open: () => this.#open(),
      request: async () => build(await this.#key()),
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
  #builder(route: Route, options: RequestOptions): (key: string | undefined) => Built {
    const { endpoint, azure, headers } = this.#resolved
    const azureQuery = azure === undefined ? undefined : { 'api-version': azure.apiVersion }
    const query = queryString(endpoint.query, azureQuery, this.#options.query, route.query, options.query)
    const path = endpoint.path + pathOf(route, azure) + query
    const body = route.body === undefined ? undefined : JSON.stringify(route.body)
    const own = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.method === 'POST' ? { 'idempotency-key': options.idempotencyKey ?? randomId() } : {}),
    }
    return (key) => {
      const auth =
        key === undefined
          ? {}
          : azure && azure.auth !== 'bearer'
            ? { 'api-key': key }
            : { authorization: `Bearer ${key}` }
      const all = mergeHeaders(headers, own, auth, this.#options.headers, options.headers)
      const request: HttpRequest = { method: route.method, origin: endpoint.origin, path, headers: all, body }
      return { request, secrets: key === undefined ? [] : [key] }
    }
  }

  async #key(): Promise<string | undefined> {
    const { key } = this.#resolved
    return typeof key === 'function' ? checkedKey(await key()) : key
  }

  #open(): Promise<Http> {
    const { fetch, dispatcher } = this.#options
    const { endpoint } = this.#resolved
    const connectTimeout = resolveTimeouts(this.#options.timeout).connect
    this.#http ??= openHttp(endpoint.origin, { fetch, dispatcher, connectTimeout })
    return this.#http
  }

  /** The options with the environment filled in, at the first use. */
  get #resolved(): Settings {
    this.#settings ??= settingsOf(this.#options)
    return this.#settings
  }
}

interface Built {
  readonly request: HttpRequest
  readonly secrets: readonly string[]
}

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

function pathOf(route: Route, azure: ClientOptions['azure']): string {
  if (azure === undefined) return route.path
  const deployment = azure.deployment ?? route.model
  return deployment === undefined
    ? `/openai${route.path}`
    : `/openai/deployments/${encodeURIComponent(deployment)}${route.path}`
}

function countOf(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value
  throw new UsageError(`\`${name}\` must be a whole number from 0, not ${String(value)}`)
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
