// Text that grows by deltas.

/** Appending is constant work; every 64 deltas become one flat string, so that memory follows the text, not their number. */
export class Text {
  /** UTF-16 units so far. */
  length = 0
  #head = ''
  #tail = ''
  #count = 0

  append(delta: string): void {
    this.length += delta.length
    this.#tail += delta
    if (++this.#count === 64) {
      this.#head += flat(this.#tail)
      this.#tail = ''
      this.#count = 0
    }
  }

  toString(): string {
    return this.#head + this.#tail
  }
}

/** Engines keep `a + b` as a tree until a character is read: reading one lets the pieces go. */
function flat(tree: string): string {
  tree.charCodeAt(0)
  return tree
}
