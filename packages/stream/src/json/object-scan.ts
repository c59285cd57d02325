// Finds where a JSON object that arrives in pieces ends; each character is read once.
import type { Bounds } from '../limits/bounds.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** `none`: only white space so far; `open`: inside the object; `closed`: after its last brace; `other`: not an object. */
export type ScanState = 'none' | 'open' | 'closed' | 'other'

/** Follows braces, brackets and strings only. Whether the text is JSON, only a parser can decide. */
export class ObjectScan {
  state: ScanState = 'none'
  #depth = 0
  #inString = false
  #escaped = false
  readonly #bounds: Bounds

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** Reads on from `start`. Returns the offset after the object's last brace if that is in `piece`, else -1. */
  push(piece: string, start: number): number {
    let at = start
    if (this.state === 'none') {
      at = skipSpace(piece, at)
      if (at === piece.length) return -1
      this.state = piece[at] === '{' ? 'open' : 'other'
    }
    if (this.state !== 'open') return -1
    while (at < piece.length) {
      if (this.#inString) {
        at = this.#readString(piece, at)
        continue
      }
      const unit = piece.charCodeAt(at++)
      if (unit === QUOTE) this.#inString = true
      else if (unit === 0x7b || unit === 0x5b) this.#bounds.depth(++this.#depth, 'A tool call’s arguments')
      else if ((unit === 0x7d || unit === 0x5d) && --this.#depth === 0) {
        this.state = 'closed'
        return at
      }
    }
    return -1
  }

  /**
   * Looks for the end of a string; returns the offset after it, or after the piece. A quote after an odd number of
   * backslashes is escaped.
   */
  #readString(piece: string, start: number): number {
    let from = start
    if (this.#escaped) {
      this.#escaped = false
      from++
    }
    const quote = piece.indexOf('"', from)
    const end = quote < 0 ? piece.length : quote
    let run = end
    while (run > from && piece.charCodeAt(run - 1) === BACKSLASH) run--
    const isEscaped = (end - run) % 2 === 1
    if (quote < 0) this.#escaped = isEscaped
    else this.#inString = isEscaped
    return quote < 0 ? piece.length : quote + 1
  }
}

/** The offset of the first character from `at` on that is not JSON white space. */
export function skipSpace(piece: string, at: number): number {
  let next = at
  while (next < piece.length && isSpace(piece.charCodeAt(next))) next++
  return next
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
}
