// Cuts a text to a number of tokens, never inside a code point.
import type { KeepRule } from '@toolloop/schema'

type Count = (text: string) => number

/** What is kept of a text. Positions count UTF-16 units, as in `text.slice`. */
export interface Kept {
  readonly head: string
  readonly tail: string
  /** The first position that is left out. */
  readonly from: number
}

/** The longest beginning of `text`, behind `from`, of at most `tokens`; where it ends. */
export function headOf(text: string, tokens: number, count: Count, from = 0): number {
  return (
    longest(text.length - from, (length) => {
      const end = boundary(text, from + length)
      return count(text.slice(from, end)) <= tokens ? end : undefined
    }) ?? from
  )
}

/** Keeps a part of a text that is too long. A function that throws, or returns no text, keeps the beginning. */
export function keptOf(text: string, tokens: number, keep: KeepRule, count: Count): Kept {
  if (typeof keep === 'function') {
    const own = ownPart(text, tokens, keep, count)
    if (own !== undefined) return { head: own.slice(0, headOf(own, tokens, count)), tail: '', from: 0 }
  }
  const ofHead = keep === 'tail' ? 0 : keep === 'middle' ? Math.ceil(tokens / 2) : tokens
  const from = ofHead === 0 ? 0 : headOf(text, ofHead, count)
  const to = keep === 'tail' || keep === 'middle' ? tailOf(text, tokens - ofHead, count) : text.length
  return { head: text.slice(0, from), tail: text.slice(Math.max(from, to)), from }
}

/** Where the longest end of at most `tokens` begins. */
const tailOf = (text: string, tokens: number, count: Count): number =>
  longest(text.length, (length) => {
    const at = text.length - length
    const start = at === boundary(text, at) ? at : at + 1
    return count(text.slice(start)) <= tokens ? start : undefined
  }) ?? text.length

/** The result of `fits` for the largest length for which it has one. */
function longest(most: number, fits: (length: number) => number | undefined): number | undefined {
  let found: number | undefined
  for (let least = 1, until = most; least <= until;) {
    const length = (least + until) >> 1
    const end = fits(length)
    if (end === undefined) until = length - 1
    else {
      found = end
      least = length + 1
    }
  }
  return found
}

/** The position, or the one before it where it is between the halves of a surrogate pair. */
function boundary(text: string, at: number): number {
  const before = text.charCodeAt(at - 1)
  const behind = text.charCodeAt(at)
  return before >= 0xd8_00 && before <= 0xdb_ff && behind >= 0xdc_00 && behind <= 0xdf_ff ? at - 1 : at
}

function ownPart(
  text: string,
  tokens: number,
  keep: Exclude<KeepRule, string>,
  countTokens: Count,
): string | undefined {
  try {
    const part: unknown = keep(text, { tokens, countTokens })
    return typeof part === 'string' ? part : undefined
  } catch {
    return undefined
  }
}
