// Paged lists.
import { responseOf, type Page as OwnPage } from '@toolloop/transport'
import { OpenAIError } from '../errors/errors.ts'
import { peerError } from '../errors/translation.ts'
import { APIPromise, withRequestId } from './api-promise.ts'

/** One page of a list. Iterating it yields the items of this page and of all later ones, fetched when needed. */
export class CursorPage<Item extends { id?: string | null }> implements AsyncIterable<Item> {
  data: Item[]
  has_more: boolean
  readonly #page: OwnPage<Item & { id: string }>

  /** @internal */
  constructor(page: OwnPage<Item & { id: string }>) {
    Object.assign(this, page)
    this.data = page.data
    this.has_more = page.has_more
    this.#page = page
    withRequestId(this, responseOf(page))
  }

  getPaginatedItems(): Item[] {
    return this.data
  }

  hasNextPage(): boolean {
    return this.has_more && Boolean(this.data.at(-1)?.id)
  }

  /** @throws OpenAIError on the last page; see `hasNextPage` */
  async getNextPage(): Promise<this> {
    const next = this.hasNextPage() ? await this.#page.nextPage().catch(rethrow) : undefined
    if (next === undefined)
      throw new OpenAIError('No next page expected: ask `.hasNextPage()` before `.getNextPage()`.')
    return new CursorPage(next) as this
  }

  async *iterPages(): AsyncGenerator<this, void, undefined> {
    yield this
    let next = this.hasNextPage() ? await this.getNextPage() : undefined
    while (next) {
      yield next
      next = next.hasNextPage() ? await next.getNextPage() : undefined
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.iterPages()) yield* page.data
  }
}

function rethrow(error: unknown): never {
  throw peerError(error)
}

/** Resolves to the first page. Iterating it without awaiting it yields the items of all pages. */
export class PagePromise<PageClass extends CursorPage<Item>, Item extends { id?: string | null }>
  extends APIPromise<PageClass>
  implements AsyncIterable<Item>
{
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    yield* (await this) as PageClass
  }
}

/** The pages of a list request. */
export function pagesOf<Item extends { id: string }>(ask: () => Promise<unknown>): PagePromise<CursorPage<Item>, Item> {
  const first = async (): Promise<CursorPage<Item>> => {
    try {
      return new CursorPage<Item>((await ask()) as ConstructorParameters<typeof CursorPage<Item>>[0])
    } catch (error) {
      throw peerError(error)
    }
  }
  return new PagePromise(first())
}
