// Iterates over lists of events, event by event.

/**
 * Iterates over the items of lists. It is not a generator because that costs several times as much
 * per item, and this runs for every delta. It requests the next list once all items of this one were taken.
 */
export class OneByOne<Item, Result> implements AsyncGenerator<Item, Result, undefined> {
  readonly #lists: AsyncGenerator<readonly Item[], Result, undefined>
  #items: readonly Item[] = []
  #next = 0
  /** The number of pending calls, and the last of them. */
  #calls = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(lists: AsyncGenerator<readonly Item[], Result, undefined>) {
    this.#lists = lists
  }

  next(): Promise<IteratorResult<Item, Result>> {
    if (this.#calls === 0 && this.#next < this.#items.length)
      return Promise.resolve({ done: false, value: this.#items[this.#next++] as Item })
    return this.#inTurn(() => this.#pull())
  }

  return(value: Result | PromiseLike<Result>): Promise<IteratorResult<Item, Result>> {
    return this.#inTurn(() => this.#stop(this.#lists.return(value)))
  }

  throw(error: unknown): Promise<IteratorResult<Item, Result>> {
    return this.#inTurn(() => this.#stop(this.#lists.throw(error)))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as Result)
  }

  /** Returns the next item, from the next list where this one has ended. */
  async #pull(): Promise<IteratorResult<Item, Result>> {
    try {
      while (this.#next >= this.#items.length) {
        const { done, value } = await this.#lists.next()
        if (done) return { done, value }
        this.#items = value
        this.#next = 0
      }
      return { done: false, value: this.#items[this.#next++] as Item }
    } finally {
      this.#calls--
    }
  }

  async #stop(stopped: Promise<IteratorResult<readonly Item[], Result>>): Promise<IteratorResult<Item, Result>> {
    this.#items = []
    try {
      const { value } = await stopped
      return { done: true, value: value as Result }
    } finally {
      this.#calls--
    }
  }

  /** Settles calls in order, as a generator does. */
  #inTurn(run: () => Promise<IteratorResult<Item, Result>>): Promise<IteratorResult<Item, Result>> {
    const turn = this.#calls++ === 0 ? run() : this.#last.then(run, run)
    this.#last = turn
    return turn
  }
}
