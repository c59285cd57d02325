// A list that only grows: a conversation is sent again and again, each time a little longer.
import { isDeepFrozen } from '@toolloop/wire'

/** The beginning of a list, as far as it can never change, and what was made of it. */
export class GrownList<Made> {
  made: Made
  #items: unknown[] = []

  constructor(made: Made) {
    this.made = made
  }

  /**
   * Goes on with a list. A longer one costs the work of its `added` items, of which there may be none; for one that
   * does not begin like the last, `isNew` tells that all is `added` and what was made is void. From `count` on, items
   * may still change: they are not remembered.
   */
  goOn(list: readonly unknown[]): {
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
 * Uses what a conversation keeps under a key; it is made when it is first asked for. Where that fails nothing is kept:
 * half of it would be wrong.
 */
export function keptIn<Kept, Result>(
  memory: Map<unknown, unknown>,
  key: unknown,
  make: () => Kept,
  use: (kept: Kept) => Result,
): Result {
  const kept = (memory.get(key) as Kept | undefined) ?? make()
  memory.set(key, kept)
  try {
    return use(kept)
  } catch (error) {
    memory.delete(key)
    throw error
  }
}
