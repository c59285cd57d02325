// Incremental work over a list that only grows: every request sends the conversation again, with more messages.
import { isDeepFrozen } from '@toolloop/wire'

/** The deeply frozen items at the start of a list, and a value derived from them. */
export class GrownList<Derived> {
  derived: Derived
  #items: unknown[] = []

  constructor(derived: Derived) {
    this.derived = derived
  }

  /**
   * Takes the next version of the list. `added` are its new frozen items, possibly none. `isNew`: the list does not
   * start with the known items, so all frozen items are in `added` and `derived` is void. `count` is the number of
   * frozen items; items from there on may still change and are not cached.
   */
  extendTo(list: readonly unknown[]): {
    readonly isNew: boolean
    readonly added: readonly unknown[]
    readonly count: number
  } {
    const isNew = !beginsWith(list, this.#items)
    const known = isNew ? 0 : this.#items.length
    let count = known
    while (count < list.length && isDeepFrozen(list[count])) count++
    const added = list.slice(known, count)
    if (known === 0) this.#items = added
    else this.#items.push(...added)
    return { isNew, added, count }
  }
}

function beginsWith(list: readonly unknown[], items: readonly unknown[]): boolean {
  if (items.length > list.length) return false
  for (let at = 0; at < items.length; at++) if (items[at] !== list[at]) return false
  return true
}

/**
 * Calls `use` with the value that `memory` holds under a key; `make` creates it the first time. When `use` throws, the
 * value is dropped, because it may be half updated.
 */
export function cachedIn<Cached, Result>(
  memory: Map<unknown, unknown>,
  key: unknown,
  make: () => Cached,
  use: (cached: Cached) => Result,
): Result {
  const cached = (memory.get(key) as Cached | undefined) ?? make()
  memory.set(key, cached)
  try {
    return use(cached)
  } catch (error) {
    memory.delete(key)
    throw error
  }
}
