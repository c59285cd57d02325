// Lists of events, handed out event by event.

/**
 * Iterates over the items of lists. It is written by hand because a generator costs a few times as much per item,
 * and this one runs for every delta. The next list is asked for when the last item of this one was taken.
 */
export class OneByOne<Item, Result> implements AsyncGenerator<Item, Result, undefined> {
  readonly #lists: AsyncGenerator<readonly Item[], Result, undefined>
  #items: readonly Item[] = []
  #next = 0
  /** Calls that are not answered yet, and the last of them. */
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

  /** The next item, from the next list where this one is used up. */
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

  /** Calls are answered in order, as a generator does it. */
  #inTurn(run: () => Promise<IteratorResult<Item, Result>>): Promise<IteratorResult<Item, Result>> {
    const turn = this.#calls++ === 0 ? run() : this.#last.then(run, run)
    this.#last = turn
    return turn
  }
}
