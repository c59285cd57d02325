// Text that grows by deltas.

/**
 * Appending is constant work. Every 64 deltas become one flat string, so that memory depends on the length of the text,
 * not on the number of deltas.
 */
export class Text {
  /** UTF-16 units so far. */
  length = 0
  #head = ''
  #tail = ''
  #count = 0
  // oxlint-disable-next-line no-unused-private-class-members -- see `append`
  #first = 0

  append(delta: string): void {
    this.length += delta.length
    this.#tail += delta
    if (++this.#count === 64) {
      // Engines keep `a + b` as a tree until a character is read. The field keeps that read from being optimised away.
      this.#first = this.#tail.charCodeAt(0)
      this.#head += this.#tail
      this.#tail = ''
      this.#count = 0
    }
  }

  toString(): string {
    return this.#head + this.#tail
  }

  /** Returns the whole text and clears it. */
  take(): string {
    const all = this.toString()
    this.length = 0
    this.#head = ''
    this.#tail = ''
    this.#count = 0
    return all
  }
}
