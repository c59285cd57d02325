// Builds the HTTP request of a route from the client's options. Parts that never change are made once.
import { type ModelMemory, type Profile, UsageError } from '@toolloop/wire'
import { userAgent } from '#platform'
import { defaultBaseURL, type Endpoint, endpointOf, queryString, segmentOf } from './endpoint.ts'
import { environment } from './environment.ts'
import { checkedKey, mergeHeaders } from './headers.ts'
import type { HttpRequest } from '../http/contract.ts'
import type { AzureOptions, ClientOptions, HeaderOptions, QueryOptions, RequestOptions } from './options.ts'
import { profileFor } from './profiles.ts'
import { serialize } from './serialize.ts'

/** One request to one route. */
export interface Route {
  readonly method: HttpRequest['method']
  /** Appended to the base URL, with a leading slash; ids in it are encoded. */
  readonly path: string
  readonly query?: QueryOptions | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** The model, for addresses that contain it (Azure deployments). */
  readonly model?: string | undefined
}

/** Created at the first request: its constructor reads the environment. */
export class RequestBuilder {
  readonly baseURL: string
  readonly profile: Profile
  readonly origin: string
  readonly #options: ClientOptions
  readonly #endpoint: Endpoint
  readonly #key: ClientOptions['apiKey']
  readonly #headers: Record<string, string>
  readonly #query: string
  /** All headers of a POST but the idempotency key; unset where the key is a function or `headers` set that header. */
  readonly #post: Readonly<Record<string, string>> | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.baseURL = String(options.baseURL ?? environment('OPENAI_BASE_URL') ?? defaultBaseURL)
    this.#endpoint = endpointOf(this.baseURL)
    this.origin = this.#endpoint.origin
    this.#key = keyOf(options, this.baseURL)
    this.profile = profileFor(options.profile ?? (options.azure && 'azure'), this.baseURL)
    this.#headers = mergeHeaders({
      accept: 'application/json, text/event-stream',
      'user-agent': userAgent,
      'openai-organization': identityOf(options, 'organization', 'OPENAI_ORG_ID'),
      'openai-project': identityOf(options, 'project', 'OPENAI_PROJECT_ID'),
    })
    this.#query = queryString(...this.#queries())
    const ownKey = idempotencyKey in mergeHeaders(options.headers)
    if (typeof this.#key !== 'function' && !ownKey) this.#post = this.#merge(this.#key, jsonBody, {})
  }

  /** The key comes from a function. */
  get renewsKey(): boolean {
    return typeof this.#key === 'function'
  }

  /** The key of the next attempt. */
  key(): string | undefined | Promise<string> {
    const key = this.#key
    return typeof key === 'function' ? resolvedKey(key) : key
  }

  /** Builds a request but for its key. All attempts carry the same idempotency key. */
  build(route: Route, options: RequestOptions): (key: string | undefined) => HttpRequest {
    const { method } = route
    // The caller's own `fetch` always gets text, but the cache holds bytes: it is not used there.
    const memory = this.#options.fetch === undefined ? options.memory : undefined
    const body = route.body === undefined ? undefined : jsonOf(route.body, memory)
    const query =
      route.query || options.query ? queryString(...this.#queries(), route.query, options.query) : this.#query
    const path = this.#endpoint.path + pathOf(route, this.#options.azure) + query
    const id = method === 'POST' ? (options.idempotencyKey ?? randomId()) : undefined
    const own = body === undefined ? {} : jsonBody
    const known = options.headers === undefined && options.idempotencyKey === undefined ? this.#post : undefined
    return (key) => {
      const headers =
        known !== undefined && id !== undefined
          ? { ...known, [idempotencyKey]: id }
          : this.#merge(key, own, { [idempotencyKey]: id }, options.headers)
      return { method, origin: this.origin, path, headers, body }
    }
  }

  #merge(key: string | undefined, ...layers: readonly (HeaderOptions | undefined)[]): Record<string, string> {
    const [own, id, last] = layers
    return mergeHeaders(this.#headers, own, id, authOf(key, this.#options.azure), this.#options.headers, last)
  }

  #queries(): readonly (QueryOptions | undefined)[] {
    const { azure, query } = this.#options
    return [this.#endpoint.query, azure && { 'api-version': azure.apiVersion }, query]
  }
}

const idempotencyKey = 'idempotency-key'
const jsonBody = { 'content-type': 'application/json' }

/** Organization or project; from the environment by the same rule as the key. */
function identityOf(options: ClientOptions, name: 'organization' | 'project', variable: string): string | undefined {
  const value = options[name]
  if (value === null) return undefined
  return value ?? (options.baseURL === undefined ? environment(variable) : undefined)
}

/** A key from the environment goes only to a base URL that is the default or also from the environment. */
function keyOf(options: ClientOptions, baseURL: string): ClientOptions['apiKey'] {
  const key = options.apiKey ?? (options.baseURL === undefined ? environment('OPENAI_API_KEY') : undefined)
  if (key === undefined && baseURL === defaultBaseURL)
    throw new UsageError('There is no API key: set OPENAI_API_KEY, or pass `apiKey`, or `baseURL` for another server')
  return typeof key === 'string' ? checkedKey(key) : key
}

async function resolvedKey(key: () => string | Promise<string>): Promise<string> {
  let answer: string
  try {
    answer = await key()
  } catch (cause) {
    throw new UsageError(`\`apiKey\` threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  return checkedKey(answer)
}

function authOf(key: string | undefined, azure: AzureOptions | undefined): HeaderOptions {
  if (key === undefined) return {}
  return azure !== undefined && azure.auth !== 'bearer' ? { 'api-key': key } : { authorization: `Bearer ${key}` }
}

function pathOf(route: Route, azure: AzureOptions | undefined): string {
  if (azure === undefined) return route.path
  const deployment = azure.deployment ?? route.model
  return deployment === undefined
    ? `/openai${route.path}`
    : `/openai/deployments/${segmentOf(deployment, 'A deployment')}${route.path}`
}

function jsonOf(body: object, memory: ModelMemory | undefined): string | Uint8Array<ArrayBuffer> {
  try {
    return serialize(body, memory)
  } catch (cause) {
    throw new UsageError(`The request is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** Browsers offer `randomUUID` in secure contexts only. */
function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
