// HTTP on browsers, workers and other runtimes: the platform's own `fetch`.
import { UsageError } from '@toolloop/wire'
import { fetchHttp } from './fetch.ts'
import type { Http, HttpOptions } from './contract.ts'

/** Browsers set their own. */
export const userAgent: string | undefined = undefined

/** Opens connections to one origin. */
export async function openHttp(_origin: string, options: HttpOptions): Promise<Http> {
  if (options.dispatcher !== undefined) throw new UsageError('`dispatcher` works on Node only; use `fetch` here')
  if (options.proxy !== undefined) throw new UsageError('`proxy` works on Node only')
  // Called as a method of the global object: browsers throw otherwise.
  return fetchHttp(options.fetch ?? ((input, init) => globalThis.fetch(input, init)))
}
