// A JSON number that arrives in pieces.

/** The part read last. A number may end after `zero`, `integer`, `fraction` and `exponent`. */
type Part = 'minus' | 'zero' | 'integer' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent'

export class JsonNumber {
  #text = ''
  #part: Part = 'minus'

  /** Could the number end here? */
  get complete(): boolean {
    return this.#part === 'zero' || this.#part === 'integer' || this.#part === 'fraction' || this.#part === 'exponent'
  }

  get value(): number {
    return Number(this.#text)
  }

  /** Starts a number if `character` can be its first one. */
  begin(character: string): boolean {
    if (character !== '-' && !isDigit(character)) return false
    this.#text = character
    this.#part = character === '-' ? 'minus' : character === '0' ? 'zero' : 'integer'
    return true
  }

  /** Reads on from `start`; returns the offset of the first character that does not belong to the number. */
  read(piece: string, start: number): number {
    let at = start
    for (; at < piece.length; at++) {
      const next = after(this.#part, piece[at] ?? '')
      if (next === undefined) break
      this.#part = next
    }
    this.#text += piece.slice(start, at)
    return at
  }
}

function after(part: Part, character: string): Part | undefined {
  if (isDigit(character)) return afterDigit(part, character)
  if (character === '.') return part === 'zero' || part === 'integer' ? 'point' : undefined
  if (character === 'e' || character === 'E')
    return part === 'zero' || part === 'integer' || part === 'fraction' ? 'e' : undefined
  if (character === '+' || character === '-') return part === 'e' ? 'sign' : undefined
  return undefined
}

function afterDigit(part: Part, digit: string): Part | undefined {
  if (part === 'minus') return digit === '0' ? 'zero' : 'integer'
  if (part === 'zero') return undefined
  if (part === 'integer') return 'integer'
  return part === 'point' || part === 'fraction' ? 'fraction' : 'exponent'
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9'
}
