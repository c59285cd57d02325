// The JSON in a text that is still arriving, parsed only when someone looks.
import type { Text } from './text.ts'

export class LiveJson {
  readonly #text: Text

  constructor(text: Text) {
    this.#text = text
  }

  /** Tells that the text grew by `piece`. */
  append(_piece: string): void {}

  /** The value of the first `end` characters. */
  at(end: number): unknown {
    try {
      return JSON.parse(this.#text.toString().slice(0, end))
    } catch {
      return undefined
    }
  }
}
