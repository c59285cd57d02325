// The options of a client and of a single request.
import {
  checkOptionNames,
  type Clock,
  type ModelMemory,
  type ModelOptions,
  type Profile,
  type Retry,
  UsageError,
} from '@toolloop/wire'
import type { Timeouts } from './timeouts.ts'
import type { ProfileName } from './profiles.ts'

/**
 * Header values by name, as an object, `Headers`, a `Map` or a list of pairs. `null` removes a header that would
 * otherwise be sent.
 */
export type HeaderOptions =
  | Readonly<Record<string, string | null | undefined>>
  | Iterable<readonly [name: string, value: string | null]>
/** Query parameters; `undefined` and `null` leave one out. */
export type QueryOptions = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Receives what a client logs. Each method is optional. `fields` never holds a key, a header or a body. */
export interface Logger {
  debug?(message: string, fields: Readonly<Record<string, unknown>>): void
  info?(message: string, fields: Readonly<Record<string, unknown>>): void
  warn?(message: string, fields: Readonly<Record<string, unknown>>): void
  error?(message: string, fields: Readonly<Record<string, unknown>>): void
}

/** Bounds on what a server may send, in bytes. Exceeding one throws a `LimitError` that names it. */
export interface Limits {
  /** A body that is not streamed, decompressed. @default 33_554_432 */
  readonly maxBodyBytes?: number | undefined
  /** One event of a stream, decompressed. @default 33_554_432 */
  readonly maxEventBytes?: number | undefined
  /** The response's headers. Node only. @default 65_536 */
  readonly maxHeaderBytes?: number | undefined
}

/** Options of one request. They win over the client's. */
export interface RequestOptions {
  /** Extra headers. `null` removes one. */
  readonly headers?: HeaderOptions | undefined
  readonly query?: QueryOptions | undefined
  /** Extra fields of the JSON body. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds in total, or one bound per phase. */
  readonly timeout?: number | Timeouts | undefined
  readonly signal?: AbortSignal | undefined
  /** Attempts after the first. @default 2 */
  readonly maxRetries?: number | undefined
  /** Sent as `Idempotency-Key` with every attempt. @default a random one per request */
  readonly idempotencyKey?: string | undefined
  /** Called before the wait that precedes a retry. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  /**
   * A cache: one `new Map()` for all requests of a conversation. Deeply frozen messages are then serialised only once.
   */
  readonly memory?: ModelMemory | undefined
}

export interface ClientOptions {
  /**
   * The key, or a function that returns it. The function is called before every attempt, so also after a 401.
   * @default OPENAI_API_KEY, when the base URL is the default one or comes from the environment too
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined
  /** Up to and including the version. @default OPENAI_BASE_URL, else `https://api.openai.com/v1` */
  readonly baseURL?: string | URL | undefined
  /**
   * Sent as `OpenAI-Organization`. @default OPENAI_ORG_ID, when the base URL is the default one or comes from the
   * environment too
   */
  readonly organization?: string | null | undefined
  /** Sent as `OpenAI-Project`. @default OPENAI_PROJECT_ID, likewise */
  readonly project?: string | null | undefined
  readonly azure?: AzureOptions | undefined
  readonly headers?: HeaderOptions | undefined
  readonly query?: QueryOptions | undefined
  /** Extra fields of every completion request's body. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly timeout?: number | Timeouts | undefined
  /** @default 2 */
  readonly maxRetries?: number | undefined
  readonly backoff?: Backoff | undefined
  /** Aborts every request of the client. */
  readonly signal?: AbortSignal | undefined
  /** Called before every wait that precedes a retry, beside the request's own. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  readonly limits?: Limits | undefined
  /** What the server accepts: a known name, or the fields that differ. @default the one of the base URL */
  readonly profile?: ProfileName | Partial<Profile> | undefined
  /** Replaces the platform's own HTTP, e.g. in tests or on an edge runtime. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The URL of an HTTP proxy. Node only. With `NODE_USE_ENV_PROXY=1`, Node's HTTP_PROXY, HTTPS_PROXY and NO_PROXY apply.
   * @default none
   */
  readonly proxy?: string | URL | undefined
  /** An undici dispatcher (7 or newer) in place of the built-in pool, e.g. for mocks or HTTP/2. Node only. */
  readonly dispatcher?: object | undefined
  /** @default none */
  readonly logger?: Logger | undefined
  /** Returns the jitter of the back-off, from 0 to 1. @default Math.random */
  readonly random?: (() => number) | undefined
  /** Measures the timeouts and the back-off; tests pass their own. @default the system's */
  readonly clock?: Clock | undefined
}

/** Azure OpenAI: requests go to `{baseURL}/openai/deployments/{deployment}/…?api-version=…` with an `api-key`. */
export interface AzureOptions {
  readonly apiVersion: string
  /** @default the request's `model` */
  readonly deployment?: string | undefined
  /** How the key is sent. @default 'api-key' */
  readonly auth?: 'api-key' | 'bearer' | undefined
}

/** The wait before attempt n + 1: a random part of `initial · 2ⁿ`, at most `max`. Milliseconds. */
export interface Backoff {
  /** @default 500 */
  readonly initial?: number | undefined
  /** @default 8_000 */
  readonly max?: number | undefined
  /** The longest `retry-after` to wait for. Beyond it the error is thrown at once. @default 60_000 */
  readonly cap?: number | undefined
}

export type ResolvedBackoff = Readonly<Record<keyof Backoff, number>>

/** @throws UsageError for an unknown option name, also one level down, and for an invalid value */
export function checkClientOptions(options: ClientOptions): void {
  checkOptionNames('A client', options, clientOptionNames)
  for (const [name, known] of Object.entries(nestedOptionNames)) {
    const nested = options[name as keyof typeof nestedOptionNames]
    if (nested !== undefined) checkOptionNames(`\`${name}\` of a client`, nested, known)
  }
  const { azure, fetch, proxy } = options
  if (fetch !== undefined && typeof fetch !== 'function')
    throw new UsageError(`\`fetch\` must be a function like the platform's, not ${typeof fetch}`)
  if (proxy !== undefined && [fetch, options.dispatcher].some((other) => other !== undefined))
    throw new UsageError('`proxy` cannot be combined with `fetch` or `dispatcher`: leave one of them out')
  if (azure !== undefined && (typeof azure.apiVersion !== 'string' || azure.apiVersion === ''))
    throw new UsageError('`azure.apiVersion` is missing; it is a date such as `2024-10-21`')
  if (azure?.auth !== undefined && azure.auth !== 'api-key' && azure.auth !== 'bearer')
    throw new UsageError(`\`azure.auth\` must be 'api-key' or 'bearer', not ${JSON.stringify(azure.auth)}`)
}

/** @throws UsageError for an unknown option name */
export function checkRequestOptions(options: RequestOptions): void {
  checkOptionNames('A request', options, requestOptionNames)
}

const clientOptionNames: readonly string[] = Object.keys({
  apiKey: true,
  baseURL: true,
  organization: true,
  project: true,
  azure: true,
  headers: true,
  query: true,
  body: true,
  timeout: true,
  maxRetries: true,
  backoff: true,
  signal: true,
  onRetry: true,
  limits: true,
  profile: true,
  fetch: true,
  dispatcher: true,
  proxy: true,
  logger: true,
  random: true,
  clock: true,
} satisfies Record<keyof ClientOptions, true>)

const requestOptionNames: readonly string[] = Object.keys({
  headers: true,
  query: true,
  body: true,
  timeout: true,
  signal: true,
  maxRetries: true,
  idempotencyKey: true,
  onRetry: true,
  memory: true,
  // A `ChatModel` may pass its `ModelOptions` on as they are; a request has no use for these two.
  onModel: true,
  authorOf: true,
} satisfies Record<keyof RequestOptions | keyof ModelOptions, true>)

const nestedOptionNames = {
  azure: Object.keys({ apiVersion: true, deployment: true, auth: true } satisfies Record<keyof AzureOptions, true>),
  backoff: Object.keys({ initial: true, max: true, cap: true } satisfies Record<keyof Backoff, true>),
  limits: Object.keys({ maxBodyBytes: true, maxEventBytes: true, maxHeaderBytes: true } satisfies Record<
    keyof Limits,
    true
  >),
}
