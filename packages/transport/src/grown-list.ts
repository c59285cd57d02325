// Lists that only grow: a conversation is sent again and again, each time a little longer.
import { isDeepFrozen } from '@toolloop/wire'

/** What the beginning of a list came to. */
class Grown<Made> {
  items: unknown[] = []
  made: Made
  readonly kept: Kept<Made> = { grown: new WeakRef(this), bytes: 0 }

  constructor(made: Made) {
    this.made = made
  }
}

/** How many bytes something takes that is kept as long as its last item is. */
interface Kept<Made> {
  readonly grown: WeakRef<Grown<Made>>
  bytes: number
}

/** So many bytes are kept of what lists came to; of more, the newest. */
const mostKept = 64 * 1024 * 1024
/** What each counts at least, so that there are never more than a few thousand. */
const leastCounted = 16 * 1024

/**
 * What was made of lists, so that a longer list costs the work of its new items only. Only items that can never change
 * are remembered; held weakly, by the last of them. Two lists that part go separate ways: one goes on, the other begins
 * anew, with a copy of its own: therefore there is a bound, also for who keeps all the lists.
 */
export class GrownLists<Made> {
  readonly #byLast = new WeakMap<object, Grown<Made>>()
  /** Oldest first. What is gone by itself counts until it is the oldest. */
  readonly #kept = new Set<Kept<Made>>()
  #bytes = 0
  readonly #begin: () => Made
  readonly #add: (made: Made, item: unknown) => void
  readonly #size: (made: Made) => number

  /** `size`: how many bytes what was made takes. */
  constructor(begin: () => Made, add: (made: Made, item: unknown) => void, size: (made: Made) => number) {
    this.#begin = begin
    this.#add = add
    this.#size = size
  }

  /** What the unchanging beginning of the list comes to, and how many items that are. It is added to by later calls. */
  of(list: readonly unknown[]): { readonly made: Made; readonly count: number } {
    const grown = this.#take(list) ?? new Grown(this.#begin())
    const { items, made } = grown
    for (let at = items.length; at < list.length && isDeepFrozen(list[at]); at++) {
      this.#add(made, list[at])
      items.push(list[at])
    }
    const count = items.length
    const last = items.at(-1)
    if (typeof last === 'object' && last !== null) {
      this.#byLast.set(last, grown)
      this.#keep(grown)
    }
    return { made, count }
  }

  /** The longest beginning that is known. It is forgotten here: who takes it goes on with it. */
  #take(list: readonly unknown[]): Grown<Made> | undefined {
    for (let at = list.length - 1; at >= 0; at--) {
      const last = list[at]
      if (typeof last !== 'object' || last === null || !Object.isFrozen(last)) continue
      const grown = this.#byLast.get(last)
      if (grown === undefined || !beginsWith(list, grown.items)) continue
      this.#byLast.delete(last)
      return grown
    }
    return undefined
  }

  /** As the newest; the oldest give way. */
  #keep({ made, kept }: Grown<Made>): void {
    this.#letGo(kept)
    kept.bytes = Math.max(this.#size(made), leastCounted)
    this.#kept.add(kept)
    this.#bytes += kept.bytes
    for (const oldest of this.#kept) {
      if (this.#bytes <= mostKept) return
      this.#letGo(oldest)
      const grown = oldest.grown.deref()
      if (!grown) continue
      grown.items = []
      grown.made = this.#begin()
    }
  }

  #letGo(kept: Kept<Made>): void {
    if (this.#kept.delete(kept)) this.#bytes -= kept.bytes
  }
}

function beginsWith(list: readonly unknown[], items: readonly unknown[]): boolean {
  if (items.length > list.length) return false
  for (let at = 0; at < items.length; at++) if (items[at] !== list[at]) return false
  return true
}
