// A JSON string that arrives in pieces, cut anywhere: also in an escape, or between the halves of a surrogate pair.

import { Text } from './text.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

export class JsonString {
  complete = false
  /** The offset of an invalid character, else -1. */
  wrongAt = -1
  /** The escape being read, without its backslash; `undefined`: none. */
  #escape: string | undefined
  /** The first half of a surrogate pair whose second half has not arrived. */
  #half = ''
  #text = new Text()

  /** The text so far. It ends with half a surrogate pair only if the complete string does. */
  get value(): string {
    return this.#text.toString()
  }

  begin(): void {
    this.#text = new Text()
    this.complete = false
    this.#half = ''
  }

  /** Reads on from `start`; returns the offset after the last character read. */
  read(piece: string, start: number): number {
    let at = start
    while (at < piece.length) {
      if (this.#escape !== undefined) {
        if (!this.#readEscape(piece[at] ?? '')) return this.#wrong(at)
        at++
        continue
      }
      const end = endOfRun(piece, at)
      if (end > at) this.#append(piece.slice(at, end))
      if (end === piece.length) return end
      const unit = piece.charCodeAt(end)
      at = end + 1
      if (unit === QUOTE) {
        if (this.#half !== '') this.#text.append(this.#half)
        this.complete = true
        return at
      }
      if (unit !== BACKSLASH) return this.#wrong(end)
      this.#escape = ''
    }
    return at
  }

  /** Reads one more character of an escape; `false` where it is invalid. */
  #readEscape(character: string): boolean {
    const escape = this.#escape ?? ''
    if (escape === '' && character !== 'u') {
      const meaning = Object.hasOwn(escapes, character) ? escapes[character] : undefined
      if (meaning === undefined) return false
      this.#append(meaning)
      this.#escape = undefined
      return true
    }
    if (escape !== '' && !isHex(character)) return false
    this.#escape = escape + character
    if (this.#escape.length === 5) {
      this.#append(String.fromCharCode(Number.parseInt(this.#escape.slice(1), 16)))
      this.#escape = undefined
    }
    return true
  }

  /** Reads the last unit of the piece, never of the whole text: that would make a flat copy of the text. */
  #append(piece: string): void {
    const last = piece.charCodeAt(piece.length - 1)
    const isHalf = last >= 0xd800 && last <= 0xdbff
    this.#text.append(this.#half + (isHalf ? piece.slice(0, -1) : piece))
    this.#half = isHalf ? piece.slice(-1) : ''
  }

  #wrong(at: number): number {
    this.wrongAt = at
    return at
  }
}

/** The offset of the first quote, backslash or control character. */
function endOfRun(piece: string, start: number): number {
  let at = start
  for (; at < piece.length; at++) {
    const unit = piece.charCodeAt(at)
    if (unit === QUOTE || unit === BACKSLASH || unit < 0x20) break
  }
  return at
}

function isHex(character: string): boolean {
  return /^[0-9a-fA-F]$/.test(character)
}
