// A list in pages. The id of a page's last item is the cursor of the next page.
import type { List } from '@toolloop/wire'
import { APIError } from '../errors/classes.ts'

/** Fetches the page after this id. */
export type FetchPage<T extends { id: string }> = (after: string) => Promise<Page<T>>

/**
 * One page: the fields of the API, and `nextPage`. Iterating yields the items of this page and of all later pages; each
 * page is fetched when it is needed.
 */
export class Page<T extends { id: string }> implements List<T>, AsyncIterable<T> {
  declare readonly object: 'list'
  declare readonly data: T[]
  declare readonly has_more: boolean
  declare readonly first_id?: string | null
  declare readonly last_id?: string | null
  readonly #fetch: FetchPage<T>

  constructor(list: List<T>, fetch: FetchPage<T>) {
    for (const [name, value] of Object.entries(list)) {
      Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: true })
    }
    this.#fetch = fetch
  }

  /** Fetches the next page; `undefined` after the last. @throws APIError when the server repeats a page */
  async nextPage(): Promise<Page<T> | undefined> {
    const after = cursorOf(this)
    if (!this.has_more || after === undefined) return undefined
    const next = await this.#fetch(after)
    if (next.has_more && cursorOf(next) === after) throw repeatedPage(after)
    return next
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this.data
    for (let page = await this.nextPage(); page !== undefined; page = await page.nextPage()) yield* page.data
  }
}

function cursorOf<T extends { id: string }>({ last_id, data }: List<T>): string | undefined {
  return last_id ?? data.at(-1)?.id
}

function repeatedPage(after: string): APIError {
  return new APIError(`The server repeats a page: the one after \`${after}\` ends with \`${after}\` too`)
}
