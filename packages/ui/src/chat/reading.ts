// One response of a run: chunks of its own in front of those of a tape.
import type { Placed } from './tape.ts'

export class Reading<Chunk> implements AsyncIterableIterator<Placed<Chunk>, void, void> {
  readonly #tape: AsyncIterator<Placed<Chunk>, void, void>
  readonly #lead: readonly Chunk[]
  readonly #shown: ((chunk: Chunk) => Chunk | Promise<Chunk>) | undefined
  #closed: ((isEarly: boolean) => void) | undefined
  #at = 0

  /**
   * `shown`: the chunk as this reader gets it. `closed` is called once: at the end, or, with `isEarly`, when the reader
   * leaves before it.
   */
  constructor(
    tape: AsyncIterator<Placed<Chunk>, void, void>,
    lead: readonly Chunk[],
    shown: ((chunk: Chunk) => Chunk | Promise<Chunk>) | undefined,
    closed: ((isEarly: boolean) => void) | undefined,
  ) {
    this.#tape = tape
    this.#lead = lead
    this.#shown = shown
    this.#closed = closed
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Placed<Chunk>, void>> {
    if (this.#at < this.#lead.length)
      return { done: false, value: { type: 'placed', chunk: this.#lead[this.#at++]!, id: '' } }
    const next = await this.#tape.next()
    if (next.done) this.#close(false)
    if (next.done || !this.#shown) return next
    const chunk = await this.#shown(next.value.chunk)
    return chunk === next.value.chunk ? next : { done: false, value: { ...next.value, chunk } }
  }

  async return(): Promise<IteratorResult<Placed<Chunk>, void>> {
    this.#close(true)
    return this.#tape.return!()
  }

  #close(isEarly: boolean): void {
    this.#closed?.(isEarly)
    this.#closed = undefined
  }
}
