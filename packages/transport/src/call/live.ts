// The pending calls of a client.

/** An item of the list: it stores its position, -1 when it is in none. */
export interface Placed {
  place: number
}

/**
 * Adds and removes in constant time. A long-lived `Set` rebuilds its table as it changes. The old table keeps ended
 * calls and their answers in memory until the next full garbage collection.
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

  /** A copy of the list. */
  all(): readonly Call[] {
    return [...this.#calls]
  }
}
