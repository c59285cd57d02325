// A buffer of events for an iterator.

/** Buffered items above which the source waits. */
const most = 64

/** An iterator that is pushed to. `onOver` is called once; `left` is true if the consumer left before the end. */
export class BufferedEvents<Item> implements AsyncIterableIterator<Item> {
  readonly #onOver: (left: boolean) => void
  #items: Item[] = []
  #at = 0
  #readers: PromiseWithResolvers<IteratorResult<Item, undefined>>[] = []
  #end: { readonly error: Error | undefined } | undefined
  #room: PromiseWithResolvers<void> | undefined
  #free = false

  constructor(onOver: (left: boolean) => void) {
    this.#onOver = onOver
  }

  push(item: Item): void {
    if (this.#end) return
    const reader = this.#readers.shift()
    if (reader) reader.resolve({ done: false, value: item })
    else this.#items.push(item)
  }

  end(error: Error | undefined): void {
    if (this.#end) return
    this.#end = { error }
    for (const reader of this.#readers.splice(0)) {
      if (error) reader.reject(error)
      else reader.resolve({ done: true, value: undefined })
    }
    this.#onOver(false)
    this.release()
  }

  /** A pending promise while more than `most` items are buffered. */
  room(): Promise<void> | undefined {
    if (this.#free || this.#items.length - this.#at <= most) return undefined
    this.#room ??= Promise.withResolvers()
    return this.#room.promise
  }

  /** Removes the bound: the source never waits again. */
  release(): void {
    this.#free = true
    this.#room?.resolve()
    this.#room = undefined
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#at < this.#items.length) return Promise.resolve({ done: false, value: this.#take() })
    if (!this.#end) {
      const reader = Promise.withResolvers<IteratorResult<Item, undefined>>()
      this.#readers.push(reader)
      return reader.promise
    }
    const { error } = this.#end
    this.#end = { error: undefined } // thrown once
    return error ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined })
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#items = []
    this.#at = 0
    if (!this.#end) {
      this.#end = { error: undefined }
      this.#onOver(true)
      this.release()
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #take(): Item {
    const item = this.#items[this.#at++] as Item
    if (this.#at === this.#items.length) {
      this.#items = []
      this.#at = 0
      this.#room?.resolve()
      this.#room = undefined
    }
    return item
  }
}
