// The JSON in a text that is still arriving, parsed only when someone looks, and then only what is new.
import type { JsonPath } from './path.ts'
import { PartialJson } from './partial.ts'
import { Text } from './text.ts'

export class LiveJson {
  readonly #text: Text
  readonly #maxDepth: number
  /** Exists from the first look on. */
  #parser: PartialJson | undefined
  #failed = false
  /** What has arrived since the last look, from the first one on. */
  #waiting: Text | undefined
  /** What stood in it then, and how much of that the parser has read: the event looked at need not be the latest. */
  #piece = ''
  #read = 0

  constructor(text: Text, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** Tells that the text grew by `piece`. */
  append(piece: string): void {
    this.#waiting?.append(piece)
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
      this.#waiting = new Text()
      this.#waiting.append(this.#text.toString())
    }
    const wanted = end - this.#parser.position
    if (wanted <= 0) return this.#parser
    try {
      return this.#parser.push(this.#take(wanted))
    } catch {
      // Plain text, or JSON gone wrong: there is no value to show.
      this.#failed = true
      this.#piece = ''
      this.#waiting = undefined
      return undefined
    }
  }

  /** The next characters that the parser has not read. */
  #take(count: number): string {
    if (this.#waiting && this.#waiting.length > 0) {
      this.#piece = this.#piece.slice(this.#read) + this.#waiting.take()
      this.#read = 0
    }
    const start = this.#read
    this.#read += count
    return this.#piece.slice(start, this.#read)
  }
}
