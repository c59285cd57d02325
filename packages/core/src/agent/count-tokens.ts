// Counts the tokens of a text.
import type { BudgetOptions } from './budget.ts'

type CountTokens = BudgetOptions['countTokens']

/** The tokens of a text. */
export const countOf = (text: string, countTokens: CountTokens): number =>
  countTokens ? soundCount(countTokens(text), text) : Math.ceil(bytesOf(text) / 3)

/** A count that is no number counts as the default does. */
export const soundCount = (count: number, text: string): number =>
  Number.isFinite(count) && count >= 0 ? count : Math.ceil(bytesOf(text) / 3)

/** UTF-8 bytes, without encoding. */
export function bytesOf(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) continue
    bytes += code < 0x8_00 || (code >= 0xd8_00 && code <= 0xdf_ff) ? 1 : 2
  }
  return bytes
}
