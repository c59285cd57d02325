// The JSON in a text that is still arriving. It is parsed only when it is read, and then only the new part.
import type { JsonPath } from './path.ts'
import { PartialJson } from './partial.ts'
import { Text } from './text.ts'

export class LiveJson {
  readonly #text: Text
  readonly #maxDepth: number
  /** Created at the first read. */
  #parser: PartialJson | undefined
  #failed = false
  /** Text that arrived since the last read; created at the first one. */
  #waiting: Text | undefined
  /** Text taken from there, and how much of it the parser has read: the event that is read need not be the latest. */
  #piece = ''
  #read = 0

  constructor(text: Text, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** Records that `piece` was appended to the text. */
  append(piece: string): void {
    this.#waiting?.append(piece)
  }

  /** The value of the first `end` characters; `undefined` where they cannot begin a JSON value. */
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
      // Plain text or invalid JSON: there is no value.
      this.#failed = true
      this.#piece = ''
      this.#waiting = undefined
      return undefined
    }
  }

  /** The next `count` characters that the parser has not read. */
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
