// The JSON in a text that is still arriving, parsed only when someone looks, and then only what is new.
import type { JsonPath } from './json-path.ts'
import { PartialJson } from './partial-json.ts'
import type { Text } from './text.ts'

export class LiveJson {
  readonly #text: Text
  readonly #maxDepth: number
  /** Exists from the first look on. */
  #parser: PartialJson | undefined
  #failed = false
  /** What has arrived since and was not looked at, and where in it the parser stands. */
  #waiting: string[] = []
  #next = 0

  constructor(text: Text, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** Tells that the text grew by `piece`. */
  append(piece: string): void {
    if (this.#parser && !this.#failed) this.#waiting.push(piece)
  }

  /** The value of the first `end` characters; `undefined` where they are not the beginning of JSON. */
  at(end: number): unknown {
    return this.#parse(end)?.value
  }

  isCompleteAt(end: number, path: JsonPath): boolean {
    return this.#parse(end)?.isComplete(path) ?? false
  }

  #parse(end: number): PartialJson | undefined {
    if (this.#failed) return undefined
    if (this.#parser === undefined) {
      this.#parser = new PartialJson({ maxDepth: this.#maxDepth, maxBytes: Infinity })
      this.#waiting.push(this.#text.toString())
    }
    try {
      while (this.#parser.position < end && this.#next < this.#waiting.length) this.#parser.push(this.#take(end))
    } catch {
      // Plain text, or JSON gone wrong: there is no value to show.
      this.#failed = true
      this.#waiting = []
      return undefined
    }
    return this.#parser
  }

  /** The next waiting piece, or as much of it as stands before `end`. */
  #take(end: number): string {
    const piece = this.#waiting[this.#next] ?? ''
    const wanted = end - (this.#parser?.position ?? 0)
    if (piece.length > wanted) {
      this.#waiting[this.#next] = piece.slice(wanted)
      return piece.slice(0, wanted)
    }
    if (++this.#next === this.#waiting.length) {
      this.#waiting = []
      this.#next = 0
    }
    return piece
  }
}
