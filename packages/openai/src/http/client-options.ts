// The peer's client options with defaults from the environment, and their translation for our client.
import type { ClientOptions as OwnOptions, Logger as OwnLogger } from '@toolloop/transport'
import { OpenAIError } from '../errors/errors.ts'
import { type FetchOptions, type HeadersLike, headersOf, queryOf } from './request-options.ts'
import { wholeTimeout } from './timeouts.ts'

export type ApiKeySetter = () => Promise<string>
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug'

type LogFunction = (message: string, ...rest: unknown[]) => void
export interface Logger {
  error: LogFunction
  warn: LogFunction
  info: LogFunction
  debug: LogFunction
}

export interface ClientOptions {
  /** The key, or a function that returns it; called before every attempt. @default OPENAI_API_KEY */
  apiKey?: string | ApiKeySetter | null | undefined
  /** @default OPENAI_ORG_ID */
  organization?: string | null | undefined
  /** @default OPENAI_PROJECT_ID */
  project?: string | null | undefined
  /** Up to and including the version. @default OPENAI_BASE_URL, else `https://api.openai.com/v1` */
  baseURL?: string | null | undefined
  /** Milliseconds until the response, for each attempt; of an answer that is not streamed, until its end. @default 600_000 */
  timeout?: number | undefined
  /** Attempts after the first. @default 2 */
  maxRetries?: number | undefined
  /** Override the headers of OPENAI_CUSTOM_HEADERS, which holds one `name: value` a line. */
  defaultHeaders?: HeadersLike | undefined
  defaultQuery?: Record<string, string | undefined> | undefined
  fetch?: Fetch | undefined
  fetchOptions?: FetchOptions | undefined
  /** @default console */
  logger?: Logger | undefined
  /** @default OPENAI_LOG, else 'warn' */
  logLevel?: LogLevel | undefined
  /** Allows a client in a browser, where every visitor can read the API key. @default false */
  dangerouslyAllowBrowser?: boolean | undefined
}

/** The settings of a client that may change after it was created. */
export interface ClientState {
  readonly apiKey: string | ApiKeySetter | undefined
  readonly organization: string | null
  readonly project: string | null
  readonly baseURL: string
  readonly timeout: number
  readonly maxRetries: number
  readonly logger: Logger | undefined
  readonly logLevel: LogLevel
  readonly fetch: Fetch | undefined
  readonly fetchOptions: FetchOptions | undefined
}

/** The variable's value; `undefined` where it is missing, empty, or the platform has no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name]?.trim() || undefined
}

/** @throws OpenAIError where there is no key */
export function stateOf(options: ClientOptions): ClientState {
  const {
    apiKey = environment('OPENAI_API_KEY'),
    organization = environment('OPENAI_ORG_ID') ?? null,
    project = environment('OPENAI_PROJECT_ID') ?? null,
    baseURL = environment('OPENAI_BASE_URL'),
  } = options
  if (!apiKey)
    throw new OpenAIError('Missing credentials: pass `apiKey`, or set the environment variable OPENAI_API_KEY.')
  if (!options.dangerouslyAllowBrowser && isBrowser())
    throw new OpenAIError(
      "It looks like you're running in a browser-like environment. Everybody who opens the page can read its API key: " +
        'send requests from a server. `dangerouslyAllowBrowser: true` says that this is what you want.',
    )
  return {
    apiKey,
    organization,
    project,
    baseURL: baseURL || 'https://api.openai.com/v1',
    timeout: options.timeout ?? 600_000,
    maxRetries: options.maxRetries ?? 2,
    logger: options.logger ?? console,
    logLevel: levelOf(options.logLevel) ?? levelOf(environment('OPENAI_LOG')) ?? 'warn',
    fetch: options.fetch,
    fetchOptions: options.fetchOptions,
  }
}

/** The options of our client for this state. */
export function ownClientOptions(state: ClientState, options: ClientOptions): OwnOptions {
  const { apiKey, organization, project, fetchOptions = {} } = state
  const { dispatcher, ...init } = fetchOptions
  const fetch = fetchWith(state.fetch, init)
  const logger = loggerOf(state)
  return {
    baseURL: state.baseURL,
    ...(apiKey !== undefined && { apiKey: typeof apiKey === 'function' ? checked(apiKey) : apiKey }),
    // As headers: `null` removes a header, so our client does not read it from the environment again.
    headers: {
      accept: 'application/json',
      'openai-organization': organization || null,
      'openai-project': project || null,
      ...customHeaders(),
      ...headersOf(options.defaultHeaders),
    },
    ...(options.defaultQuery && { query: queryOf(options.defaultQuery) }),
    timeout: wholeTimeout(state.timeout),
    maxRetries: state.maxRetries,
    ...(fetch && { fetch: fetch }),
    ...(dispatcher && !fetch && { dispatcher }),
    ...(logger && { logger }),
  }
}

function checked(apiKey: ApiKeySetter): () => Promise<string> {
  return async () => {
    let key: unknown
    try {
      key = await apiKey()
    } catch (cause) {
      if (cause instanceof OpenAIError) throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new OpenAIError(`Failed to get token from 'apiKey' function: ${why}`, { cause })
    }
    if (typeof key === 'string' && key !== '') return key
    throw new OpenAIError(`Expected 'apiKey' function argument to return a string but it returned ${String(key)}`)
  }
}

/** One `name: value` a line. */
function customHeaders(): Record<string, string> {
  const lines = (environment('OPENAI_CUSTOM_HEADERS') ?? '').split('\n').filter((line) => line.includes(':'))
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

/** The user's `fetch`, or the platform's where `fetchOptions` are given; otherwise our own HTTP is used. */
function fetchWith(fetch: Fetch | undefined, init: RequestInit): Fetch | undefined {
  if (fetch === undefined && Object.keys(init).length === 0) return undefined
  const send = fetch ?? globalThis.fetch
  return (url, own) => send(url, { ...own, ...init, headers: new Headers(own?.headers) })
}

const levels: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug']

function levelOf(level: string | undefined): LogLevel | undefined {
  return levels.find((known) => known === level)
}

/** Requests are logged at level `info`, as by the peer, so the default level prints nothing. */
function loggerOf({ logger, logLevel }: ClientState): OwnLogger | undefined {
  if (logger === undefined || levels.indexOf(logLevel) < levels.indexOf('info')) return undefined
  const info: LogFunction = (message, ...rest) => logger.info(message, ...rest)
  const debug: LogFunction = (message, ...rest) => logger.debug(message, ...rest)
  return { info, warn: info, error: info, ...(logLevel === 'debug' && { debug }) }
}

function isBrowser(): boolean {
  const { window, navigator } = globalThis as { window?: { document?: unknown }; navigator?: unknown }
  return window?.document !== undefined && navigator !== undefined
}
