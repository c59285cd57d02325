// Pages of a list in a store that has no index: the order of all runs is read for the first page, and kept for the others.
import { randomBytes } from 'node:crypto'
import {
  compare,
  type Cursor,
  cursorOf,
  limitOf,
  matches,
  type Page,
  type Place,
  readCursor,
  type RunQuery,
  type RunSummary,
} from './run-store.ts'

/** The runs of such a store. */
export interface RunSource {
  /** Where each run stands now, in any order. */
  places(): Place[]
  /** As it is now; `undefined` for a run that was deleted. */
  summary(key: string): RunSummary | undefined
}

/**
 * All pages together read each summary a few times, however many pages there are. A later page may use the order of an
 * earlier one: its summaries are read anew, and a run that has started since is not promised. It must not use an order that
 * is older than the first page, so a cursor names the order that it was made with; another process reads its own.
 */
export class RunOrder {
  readonly #source: RunSource
  /** Random: the orders of this object are known by it. */
  readonly #id = randomBytes(6).toString('hex')
  #number = 0
  /** About 100 bytes a run. */
  #places: readonly Place[] | undefined

  constructor(source: RunSource) {
    this.#source = source
  }

  page(query: RunQuery): Page<RunSummary> {
    const limit = limitOf(query)
    const after = query.after === undefined ? undefined : readCursor(query.after)
    const places = this.#placesFor(after)
    const data: RunSummary[] = []
    let last: Place | undefined
    for (let at = after ? firstBehind(places, after) : 0; at < places.length; at++) {
      const place = places[at]!
      const summary = this.#source.summary(place.key)
      if (summary === undefined || !matches(summary, query)) continue
      if (data.length === limit && last) return { data, next: cursorOf(last, `${this.#id}.${this.#number}`) }
      data.push(summary)
      last = place
    }
    return { data }
  }

  #placesFor(after: Cursor | undefined): readonly Place[] {
    const [id, number] = after?.order?.split('.') ?? []
    if (this.#places && id === this.#id && Number(number) <= this.#number) return this.#places
    this.#number++
    this.#places = this.#source.places().toSorted(compare)
    return this.#places
  }
}

/** The index of the first place behind this one, by bisection. */
function firstBehind(places: readonly Place[], place: Place): number {
  let from = 0
  let to = places.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (compare(place, places[middle]!) < 0) to = middle
    else from = middle + 1
  }
  return from
}
