// The syntax of a regular expression as a tree of character sets, as far as matching time depends on it.

/** Code points, as sorted ranges. */
export type CharacterSet = readonly (readonly [from: number, to: number])[]

export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly least: number; readonly most: number }

const highest = 0x10ffff
const empty: PatternNode = { kind: 'sequence', parts: [] }
const digits: CharacterSet = [[48, 57]]
const words: CharacterSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const spaces: CharacterSet = [
  [9, 13],
  [32, 32],
  [160, 160],
  [5760, 5760],
  [8192, 8202],
  [8232, 8233],
  [8239, 8239],
  [8287, 8287],
  [12288, 12288],
  [65279, 65279],
]
const lineEnds: CharacterSet = [
  [10, 10],
  [13, 13],
  [8232, 8233],
]

/** `undefined` if the pattern has syntax that this parser does not support, such as back-references. */
export function parsePattern(source: string, flags: string): PatternNode | undefined {
  const parser = new Parser(source, flags)
  try {
    return parser.all()
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

class Unsupported extends Error {}

class Parser {
  readonly #text: readonly string[]
  readonly #ignoreCase: boolean
  readonly #dotAll: boolean
  #at = 0
  #depth = 0

  constructor(source: string, flags: string) {
    this.#text = Array.from(source)
    this.#ignoreCase = flags.includes('i')
    this.#dotAll = flags.includes('s')
  }

  all(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#text.length) throw new Unsupported()
    return node
  }

  get #next(): string {
    return this.#text[this.#at] ?? ''
  }

  #take(text: string): boolean {
    const found = this.#text.slice(this.#at, this.#at + text.length).join('') === text
    if (found) this.#at += text.length
    return found
  }

  #choice(): PatternNode {
    if (++this.#depth > 100) throw new Unsupported()
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    this.#depth--
    return parts.length === 1 ? (parts[0] ?? empty) : { kind: 'choice', parts }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (this.#at < this.#text.length && this.#next !== '|' && this.#next !== ')')
      parts.push(this.#repeated(this.#atom()))
    return { kind: 'sequence', parts }
  }

  #repeated(of: PatternNode): PatternNode {
    const bounds = this.#quantifier()
    if (!bounds) return of
    this.#take('?')
    return { kind: 'repeat', of, least: bounds[0], most: bounds[1] }
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const braces = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at, this.#at + 24).join(''))
    if (!braces) return undefined
    this.#at += braces[0].length
    const least = Number(braces[1])
    return [least, braces[2] === '' ? least : braces[3] === '' ? Infinity : Number(braces[3])]
  }

  #atom(): PatternNode {
    if (this.#take('^') || this.#take('$')) return empty
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return { kind: 'set', set: this.#folded(this.#class()) }
    if (this.#take('.')) return { kind: 'set', set: this.#dotAll ? [[0, highest]] : inverse(lineEnds) }
    if (this.#take('\\')) {
      if (this.#take('b') || this.#take('B')) return empty
      if (/[1-9k]/.test(this.#next)) throw new Unsupported()
      return { kind: 'set', set: this.#folded(this.#escape()) }
    }
    return { kind: 'set', set: this.#folded(single(this.#character())) }
  }

  /** A lookaround consumes no characters: it adds no way to match. */
  #group(): PatternNode {
    const looks = ['?=', '?!', '?<=', '?<!'].some((mark) => this.#take(mark))
    if (!looks && !this.#take('?:') && this.#take('?<'))
      while (this.#at < this.#text.length && !this.#take('>')) this.#at++
    if (this.#next === '?') throw new Unsupported()
    const inner = this.#choice()
    if (!this.#take(')')) throw new Unsupported()
    return looks ? empty : inner
  }

  #class(): CharacterSet {
    const negated = this.#take('^')
    const ranges: (readonly [number, number])[] = []
    while (!this.#take(']')) {
      const from = this.#take('\\') ? this.#escape() : single(this.#character())
      const isRange = from.length === 1 && this.#next === '-' && this.#text[this.#at + 1] !== ']'
      if (isRange && this.#take('-')) {
        const to = this.#take('\\') ? this.#escape() : single(this.#character())
        ranges.push([from[0]?.[0] ?? 0, to.at(-1)?.[1] ?? highest])
      } else ranges.push(...from)
    }
    return negated ? inverse(sorted(ranges)) : sorted(ranges)
  }

  #character(): string {
    const character = this.#next
    if (character === '') throw new Unsupported()
    this.#at++
    return character
  }

  #escape(): CharacterSet {
    const character = this.#character()
    const known = classes[character]
    if (known) return known
    if (character === 'p' || character === 'P') {
      while (this.#at < this.#text.length && !this.#take('}')) this.#at++
      return [[0, highest]]
    }
    const code = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]+)\})/i.exec(
      character + this.#text.slice(this.#at, this.#at + 10).join(''),
    )
    if (!code) return single(controls[character] ?? character)
    this.#at += code[0].length - 1
    const point = Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '0', 16)
    return [[point, point]]
  }

  #folded(set: CharacterSet): CharacterSet {
    if (!this.#ignoreCase) return set
    const shifted = set.flatMap(([from, to]) => [...shift(from, to, 65, 90, 32), ...shift(from, to, 97, 122, -32)])
    return sorted([...set, ...shifted])
  }
}

const classes: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: inverse(digits),
  w: words,
  W: inverse(words),
  s: spaces,
  S: inverse(spaces),
}
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f', 0: '\0' }

/** Do two sets have a character in common? */
export function overlap(a: CharacterSet, b: CharacterSet): boolean {
  return a.some(([from, to]) => b.some(([start, end]) => from <= end && start <= to))
}

function single(character: string): CharacterSet {
  const point = character.codePointAt(0) ?? 0
  return [[point, point]]
}

function shift(from: number, to: number, least: number, most: number, by: number): (readonly [number, number])[] {
  const [start, end] = [Math.max(from, least), Math.min(to, most)]
  return start <= end ? [[start + by, end + by]] : []
}

function sorted(ranges: readonly (readonly [number, number])[]): CharacterSet {
  return ranges.toSorted((a, b) => a[0] - b[0])
}

function inverse(set: CharacterSet): CharacterSet {
  const gaps: (readonly [number, number])[] = []
  let next = 0
  for (const [from, to] of set) {
    if (from > next) gaps.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  return next <= highest ? [...gaps, [next, highest]] : gaps
}
