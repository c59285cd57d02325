// A text that grows by deltas, and that readers read from where they are.

/**
 * Keeps pieces, each at least twice as long as the next one. So there are few, and a delta is copied a few times, however
 * long the text is. One string would be copied as a whole whenever it is read after a delta.
 */
export class GrowingText {
  readonly #pieces: string[] = []
  #length = 0

  constructor(text: string) {
    this.add(text)
  }

  get length(): number {
    return this.#length
  }

  add(delta: string): void {
    const pieces = this.#pieces
    let last = delta
    while (pieces.length > 0 && pieces.at(-1)!.length < 2 * last.length) last = pieces.pop()! + last
    pieces.push(last)
    this.#length += delta.length
  }

  /** The text behind this place. */
  behind(offset: number): string {
    const pieces = this.#pieces
    let at = pieces.length
    let start = this.#length
    while (at > 0 && start > offset) start -= pieces[--at]!.length
    const first = pieces[at]?.slice(offset - start) ?? ''
    return at + 1 < pieces.length ? first + pieces.slice(at + 1).join('') : first
  }
}
