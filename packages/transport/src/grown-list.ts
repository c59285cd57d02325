// A list that only grows: a conversation is sent again and again, each time a little longer.
import { isDeepFrozen } from '@toolloop/wire'

/** What was made of the beginning of a list, so that a longer one costs the work of its new items only. */
export class GrownList<Made> {
  readonly #begin: () => Made
  readonly #add: (made: Made, item: unknown) => void
  #items: unknown[] = []
  #made: Made

  constructor(begin: () => Made, add: (made: Made, item: unknown) => void) {
    this.#begin = begin
    this.#add = add
    this.#made = begin()
  }

  /**
   * What the unchanging beginning of the list comes to, and how many items that are. It is added to by later calls; a
   * list that begins otherwise begins anew.
   */
  of(list: readonly unknown[]): { readonly made: Made; readonly count: number } {
    if (!beginsWith(list, this.#items)) {
      this.#items = []
      this.#made = this.#begin()
    }
    for (let at = this.#items.length; at < list.length && isDeepFrozen(list[at]); at++) {
      this.#add(this.#made, list[at])
      this.#items.push(list[at])
    }
    return { made: this.#made, count: this.#items.length }
  }
}

function beginsWith(list: readonly unknown[], items: readonly unknown[]): boolean {
  if (items.length > list.length) return false
  for (let at = 0; at < items.length; at++) if (items[at] !== list[at]) return false
  return true
}

/** What a conversation keeps under a key; made when it is first asked for. */
export function keptIn<Kept>(memory: Map<unknown, unknown>, key: unknown, make: () => Kept): Kept {
  const known = memory.get(key) as Kept | undefined
  if (known !== undefined) return known
  const kept = make()
  memory.set(key, kept)
  return kept
}
