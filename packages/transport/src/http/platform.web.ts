// HTTP where there is no Node: the platform's own `fetch`.
import { UsageError } from '@toolloop/wire'
import { fetchHttp } from './fetch.ts'
import type { Http, HttpOptions } from './contract.ts'

/** Opens connections to one origin. */
export async function openHttp(_origin: string, options: HttpOptions): Promise<Http> {
  if (options.dispatcher !== undefined) throw new UsageError('`dispatcher` works on Node only; use `fetch` here')
  // Called as a method of the global object: browsers refuse it otherwise.
  return fetchHttp(options.fetch ?? ((input, init) => globalThis.fetch(input, init)))
}
