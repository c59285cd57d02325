// JSON that arrives in pieces, as a value that grows with every piece. Each character is read once.
import { LimitError } from '@toolloop/wire'
import { checkBounds, utf8Length } from '../limits/bounds.ts'
import type { DeepPartial } from './deep-partial.ts'
import { JsonError } from './error.ts'
import { JsonNumber } from './number.ts'
import { JsonString } from './string.ts'
import type { JsonPath } from './path.ts'
import { valueAt } from './path.ts'
import type { JsonObject } from './value.ts'
import { asWire, setOwn } from './value.ts'

export interface PartialJsonOptions {
  /** The deepest nesting of objects and arrays. @default 128 */
  readonly maxDepth?: number
  /** UTF-8 bytes of the whole text. @default 32 MiB */
  readonly maxBytes?: number
}

/** A container that is still open, and the key or index of the value being read in it. */
interface Frame {
  readonly container: JsonObject | unknown[]
  key: string | number
}

/** What may come next, or which token is being read. */
type State = 'value' | 'item or end' | 'key or end' | 'key' | 'colon' | 'comma or end' | 'end' | Token
type Token = 'key string' | 'string' | 'number' | 'literal'

const literals: Readonly<Record<string, { readonly word: string; readonly value: unknown }>> = {
  t: { word: 'true', value: true },
  f: { word: 'false', value: false },
  n: { word: 'null', value: null },
}

/**
 * A parser that takes JSON in pieces, cut anywhere. `value` is the value so far: strings grow, a number or a literal
 * appears when it is complete, half an escape or surrogate pair is held back. Text that `JSON.parse` rejects throws at
 * its first wrong character. `value` is live: read it before the next `push`, or `structuredClone` it.
 */
export class PartialJson<T = unknown> {
  readonly #maxDepth: number
  readonly #maxBytes: number
  readonly #open: Frame[] = []
  readonly #string: JsonString = new JsonString()
  readonly #number: JsonNumber = new JsonNumber()
  #literal = literals['n']
  #matched = 0
  #root: unknown
  #state: State = 'value'
  #position = 0
  #bytes = 0
  #error: Error | undefined

  constructor(options: PartialJsonOptions = {}) {
    checkBounds('PartialJson', options, ['maxDepth', 'maxBytes'])
    this.#maxDepth = options.maxDepth ?? 128
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024
  }

  /** The value so far; `undefined` before its first character. Do not change it. */
  get value(): DeepPartial<T> | undefined {
    return asWire(this.#root)
  }

  /** Is the whole value there? A top-level number is complete only after white space, or at `end()`. */
  get complete(): boolean {
    return this.#state === 'end'
  }

  /** UTF-16 units read. */
  get position(): number {
    return this.#position
  }

  /** Reads on. Throws a `JsonError` at the first wrong character, and the same error at every later call. */
  push(piece: string): this {
    if (this.#error) throw this.#error
    this.#bytes += utf8Length(piece)
    if (this.#bytes > this.#maxBytes)
      this.#fail(new LimitError('maxBytes', this.#maxBytes, `The JSON is larger than maxBytes (${this.#maxBytes}).`))
    const start = this.#position
    let at = 0
    while (at < piece.length) {
      this.#position = start + at
      at = this.#read(piece, at)
    }
    this.#position = start + piece.length
    // An unfinished string appears as far as it has come.
    if (this.#state === 'string') this.#put(this.#string.value)
    return this
  }

  /** Ends the text and returns the value. Throws a `JsonError` when the JSON is incomplete. */
  end(): T {
    if (this.#error) throw this.#error
    if (this.#state === 'number' && this.#open.length === 0 && this.#number.complete) this.#endNumber()
    if (this.#state !== 'end') this.#fail(new JsonError('The JSON ends too early', this.#position))
    return asWire(this.#root)
  }

  /** Is the value at `path` there and complete? */
  isComplete(path: JsonPath = []): boolean {
    if (this.#state === 'end') return has(this.#root, path)
    for (const [depth, frame] of this.#open.entries()) {
      if (depth === path.length) return false
      const isLast = depth === this.#open.length - 1
      const isOpen = String(frame.key) === String(path[depth]) && (!isLast || this.#inValue())
      if (!isOpen) return has(frame.container, path.slice(depth))
    }
    return false
  }

  /** The complete items of the array at `path`, from the index `from` on. */
  items(path: JsonPath = [], from = 0): readonly unknown[] {
    const array = valueAt(this.#root, path)
    if (!Array.isArray(array)) return []
    const isLastComplete = array.length > 0 && this.isComplete([...path, array.length - 1])
    return array.slice(from, isLastComplete ? array.length : -1)
  }

  /** Reads one token, or part of one; returns the offset after it. */
  #read(piece: string, at: number): number {
    const state = this.#state
    if (state === 'string' || state === 'key string') return this.#readString(piece, at)
    if (state === 'number') return this.#readNumber(piece, at)
    if (state === 'literal') return this.#readLiteral(piece, at)
    return this.#readStructure(piece, at)
  }

  #readStructure(piece: string, at: number): number {
    const unit = piece.charCodeAt(at)
    if (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) return at + 1
    const character = piece[at] ?? ''
    const state = this.#state
    if (character === ']' && (state === 'item or end' || state === 'comma or end') && this.#inArray()) this.#close()
    else if (character === '}' && (state === 'key or end' || state === 'comma or end') && !this.#inArray())
      this.#close()
    else if (character === ',' && state === 'comma or end') this.#nextItem()
    else if (character === ':' && state === 'colon') this.#state = 'value'
    else if (character === '"' && (state === 'key' || state === 'key or end')) this.#beginString('key string')
    else if (state === 'value' || state === 'item or end') this.#beginValue(character)
    else this.#unexpected(character)
    return at + 1
  }

  #beginValue(character: string): void {
    if (character === '"') {
      this.#beginString('string')
      this.#put('')
    } else if (character === '{') this.#openContainer({}, 'key or end')
    else if (character === '[') this.#openContainer([], 'item or end')
    else if (this.#number.begin(character)) this.#state = 'number'
    else {
      const literal = Object.hasOwn(literals, character) ? literals[character] : undefined
      if (!literal) return this.#unexpected(character)
      this.#literal = literal
      this.#matched = 1
      this.#state = 'literal'
    }
  }

  #beginString(token: 'string' | 'key string'): void {
    this.#string.begin()
    this.#state = token
  }

  #readString(piece: string, at: number): number {
    const end = this.#string.read(piece, at)
    if (this.#string.wrongAt >= 0) {
      this.#position += this.#string.wrongAt - at
      this.#unexpected(piece[this.#string.wrongAt] ?? '')
    }
    if (!this.#string.complete) return end
    if (this.#state === 'key string') {
      const frame = this.#open.at(-1)
      if (frame) frame.key = this.#string.value
      this.#state = 'colon'
    } else this.#endValue(this.#string.value)
    return end
  }

  #readNumber(piece: string, at: number): number {
    const end = this.#number.read(piece, at)
    if (end === piece.length) return end
    if (!this.#number.complete) {
      this.#position += end - at
      this.#unexpected(piece[end] ?? '')
    }
    this.#endNumber()
    return end
  }

  #endNumber(): void {
    this.#endValue(this.#number.value)
  }

  #readLiteral(piece: string, at: number): number {
    const { word, value } = this.#literal ?? { word: '', value: undefined }
    if (piece[at] !== word[this.#matched]) this.#unexpected(piece[at] ?? '')
    if (++this.#matched === word.length) this.#endValue(value)
    return at + 1
  }

  #openContainer(container: JsonObject | unknown[], state: State): void {
    if (this.#open.length === this.#maxDepth)
      this.#fail(new LimitError('maxDepth', this.#maxDepth, `The JSON nests deeper than maxDepth (${this.#maxDepth}).`))
    this.#put(container)
    this.#open.push({ container, key: Array.isArray(container) ? 0 : '' })
    this.#state = state
  }

  #close(): void {
    this.#open.pop()
    this.#state = this.#open.length === 0 ? 'end' : 'comma or end'
  }

  #nextItem(): void {
    const frame = this.#open.at(-1)
    if (frame && typeof frame.key === 'number') {
      frame.key++
      this.#state = 'value'
    } else this.#state = 'key'
  }

  #endValue(value: unknown): void {
    this.#put(value)
    this.#state = this.#open.length === 0 ? 'end' : 'comma or end'
  }

  /** Stores a value at the place that is being read. */
  #put(value: unknown): void {
    const frame = this.#open.at(-1)
    if (frame === undefined) this.#root = value
    else if (Array.isArray(frame.container)) frame.container[Number(frame.key)] = value
    else setOwn(frame.container, String(frame.key), value)
  }

  #inArray(): boolean {
    return Array.isArray(this.#open.at(-1)?.container)
  }

  #inValue(): boolean {
    return this.#state !== 'comma or end' && this.#state !== 'key' && this.#state !== 'key string'
  }

  #unexpected(character: string): never {
    const what = this.#state === 'end' ? 'after the end of the JSON' : `in the JSON (${expectations[this.#state]})`
    this.#fail(new JsonError(`${JSON.stringify(character)} ${what}`, this.#position))
  }

  #fail(error: Error): never {
    this.#error = error
    throw error
  }
}

const expectations: Readonly<Record<Exclude<State, 'end'>, string>> = {
  value: 'expected a value',
  'item or end': 'expected a value or ]',
  'key or end': 'expected a key or }',
  key: 'expected a key',
  colon: 'expected :',
  'comma or end': 'expected , or the end of the list or object',
  'key string': 'in a key',
  string: 'in a string',
  number: 'in a number',
  literal: 'in true, false or null',
}

/** JSON has no `undefined`, so only a missing value is `undefined`. */
function has(root: unknown, path: JsonPath): boolean {
  return valueAt(root, path) !== undefined
}
