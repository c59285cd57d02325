// The calls of a client that are not over.

/** What can be among them: it is told its place, -1 for none. */
export interface Placed {
  place: number
}

/**
 * Adds and removes in constant time. A `Set` that lives as long as its client would, each time it makes itself a new
 * table, leave one behind that holds calls which are over, with their answers, until the next full collection.
 */
export class LiveCalls<Call extends Placed> {
  readonly #calls: Call[] = []

  add(call: Call): void {
    call.place = this.#calls.length
    this.#calls.push(call)
  }

  remove(call: Call): void {
    if (call.place < 0) return
    const last = this.#calls.pop()
    if (last !== undefined && last !== call) {
      this.#calls[call.place] = last
      last.place = call.place
    }
    call.place = -1
  }

  /** Those of now. */
  all(): readonly Call[] {
    return [...this.#calls]
  }
}
