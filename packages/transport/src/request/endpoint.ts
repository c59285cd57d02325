// The address of a client's requests.
import { UsageError } from '@toolloop/wire'
import type { QueryOptions } from './options.ts'

export interface Endpoint {
  readonly origin: string
  /** The base path without a slash at the end. */
  readonly path: string
  /** Query parameters that were part of the base URL. */
  readonly query: QueryOptions
}

export const defaultBaseURL = 'https://api.openai.com/v1'

/** Parses a base URL: http or https, without credentials. */
export function endpointOf(baseURL: string | URL): Endpoint {
  let url: URL
  try {
    url = new URL(baseURL)
  } catch {
    // Credentials and query are not quoted: they may hold a password or a key.
    const shown = JSON.stringify(String(baseURL).replace(/^.*@/s, '***@').replace(/\?.*/s, '?***'))
    throw new UsageError(`\`baseURL\` is not a URL: ${shown}; pass one such as ${defaultBaseURL}`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(`\`baseURL\` must begin with http: or https:, not ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    throw new UsageError('`baseURL` must not contain a user name or password; use `apiKey` or `headers`')
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, ''), query: Object.fromEntries(url.searchParams) }
}

/** `?a=1&b=2`, or `''`. Later layers win; `null` removes a parameter. */
export function queryString(...layers: readonly (QueryOptions | undefined)[]): string {
  const merged = new Map<string, string>()
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value === null) merged.delete(name)
      else if (value !== undefined) merged.set(name, String(value))
    }
  }
  return merged.size === 0 ? '' : `?${new URLSearchParams([...merged]).toString()}`
}

/** An id as one segment of a path. */
export function segmentOf(id: string, what: string): string {
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..' && id.isWellFormed())
    return encodeURIComponent(id)
  throw new UsageError(`${what} must be an id as the API gave it, not ${JSON.stringify(id) ?? typeof id}`)
}
