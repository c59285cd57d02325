/** Items from a producer that does not wait, for a consumer that takes all there is. Keeps the newest `capacity`. */
export class Mailbox<Item> {
  readonly #capacity: number
  #items: Item[] = []
  #closed = false
  #waiting: PromiseWithResolvers<Item[] | null> | undefined

  constructor(capacity = 1024) {
    this.#capacity = capacity
  }

  push(item: Item): void {
    if (this.#closed) return
    if (this.#items.length >= this.#capacity) this.#items.shift()
    this.#items.push(item)
    this.#give()
  }

  /** What was pushed is still taken, `last` behind it; then `take` gives `null`. */
  close(last: readonly Item[] = []): void {
    this.#items.push(...last)
    this.#closed = true
    this.#give()
  }

  take(): Promise<Item[] | null> {
    const waiting = (this.#waiting = Promise.withResolvers<Item[] | null>())
    this.#give()
    return waiting.promise
  }

  #give(): void {
    if (!this.#waiting || (this.#items.length === 0 && !this.#closed)) return
    const items = this.#items
    this.#items = []
    this.#waiting.resolve(items.length > 0 ? items : null)
    this.#waiting = undefined
  }
}
