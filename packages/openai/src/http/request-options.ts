// The peer's request options, and their translation for our client.
import type { QueryOptions, RequestOptions as OwnOptions } from '@toolloop/transport'
import { wholeTimeout } from './timeouts.ts'

type HeaderValue = string | undefined | null

export type HeadersLike =
  | Headers
  | readonly HeaderValue[][]
  | Record<string, HeaderValue | readonly HeaderValue[]>
  | undefined
  | null

export interface RequestOptions {
  headers?: HeadersLike
  query?: object | undefined | null
  /** In place of the method's own body. */
  body?: unknown
  maxRetries?: number
  /** Milliseconds until the response, for each attempt; of an answer that is not streamed, until its end. */
  timeout?: number
  signal?: AbortSignal | undefined | null
  idempotencyKey?: string
  fetchOptions?: FetchOptions
}

/** Options of `fetch`; `dispatcher` is undici's. */
export type FetchOptions = Omit<RequestInit, 'body' | 'headers' | 'method' | 'signal'> & { dispatcher?: object }

/** Translates all but the signal and the timeout, which depend on whether the answer is streamed. */
export function ownOptions(options: RequestOptions): Omit<OwnOptions, 'timeout' | 'signal'> {
  const { headers, query, maxRetries, idempotencyKey } = options
  return {
    ...(headers && { headers: headersOf(headers) }),
    ...(query && { query: queryOf(query) }),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  }
}

/** `null` removes a header. Several values of a name are joined with a comma. */
export function headersOf(headers: HeadersLike): Record<string, string | null> {
  if (headers === undefined || headers === null) return {}
  const entries: Iterable<readonly unknown[]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly unknown[]>) : Object.entries(headers)
  const own: Record<string, string | null> = {}
  const seen = new Set<string>()
  for (const [name, value] of entries) {
    const key = String(name).toLowerCase()
    for (const one of Array.isArray(value) ? (value as HeaderValue[]) : [value as HeaderValue]) {
      if (one === undefined) continue
      own[key] = one !== null && seen.has(key) && own[key] !== null ? `${own[key]}, ${one}` : one
      seen.add(key)
    }
  }
  return own
}

/** Nested objects as `a[b]`, lists as `a[]` (one value) or `a[0]`, `a[1]`. */
export function queryOf(query: object): QueryOptions {
  const own: Record<string, string | number | boolean> = {}
  const add = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (typeof value !== 'object') own[name] = value as string | number | boolean
    else if (value instanceof Date) own[name] = value.toISOString()
    else for (const [key, item] of Object.entries(value)) add(`${name}[${key}]`, item)
  }
  for (const [name, value] of Object.entries(query)) add(name, value)
  return own
}

/** The options of a request without any. */
export const noOptions: RequestOptions = Object.freeze({})

/** Our options for a request whose answer is not streamed. */
export function wholeOptions(options: RequestOptions): OwnOptions | undefined {
  if (options === noOptions) return undefined
  const { timeout, signal } = options
  return {
    ...ownOptions(options),
    ...(timeout !== undefined && { timeout: wholeTimeout(timeout) }),
    ...(signal && { signal }),
  }
}
