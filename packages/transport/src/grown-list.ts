// Lists that only grow: a conversation is sent again and again, each time a little longer.
import { isDeepFrozen } from '@toolloop/wire'

/** What the beginning of a list came to. */
interface Grown<Made> {
  readonly items: unknown[]
  readonly made: Made
}

/**
 * What was made of lists, so that a longer list costs the work of its new items only. Only items that can never change
 * are remembered; held weakly, by the last of them. Two lists that part go separate ways: one goes on, the other begins
 * anew.
 */
export class GrownLists<Made> {
  readonly #byLast = new WeakMap<object, Grown<Made>>()
  readonly #begin: () => Made
  readonly #add: (made: Made, item: unknown) => void

  constructor(begin: () => Made, add: (made: Made, item: unknown) => void) {
    this.#begin = begin
    this.#add = add
  }

  /** What the unchanging beginning of the list comes to, and how many items that are. It is added to by later calls. */
  of(list: readonly unknown[]): { readonly made: Made; readonly count: number } {
    const { items, made } = this.#take(list) ?? { items: [], made: this.#begin() }
    for (let at = items.length; at < list.length && isDeepFrozen(list[at]); at++) {
      this.#add(made, list[at])
      items.push(list[at])
    }
    const last = items.at(-1)
    if (typeof last === 'object' && last !== null) this.#byLast.set(last, { items, made })
    return { made, count: items.length }
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
}

function beginsWith(list: readonly unknown[], items: readonly unknown[]): boolean {
  if (items.length > list.length) return false
  for (let at = 0; at < items.length; at++) if (items[at] !== list[at]) return false
  return true
}
