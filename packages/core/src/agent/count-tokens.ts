// Counts the tokens of a text, and of a request.
import type { ModelRequest } from '@toolloop/wire'
import type { BudgetOptions } from './budget.ts'

type CountTokens = BudgetOptions['countTokens']

/** The tokens of a text. */
export const countOf = (text: string, countTokens: CountTokens): number =>
  countTokens ? soundCount(countTokens(text), text) : Math.ceil(bytesOf(text) / 3)

/** The tokens of a request's prompt. @param counts of messages and definitions that were counted before: they are frozen */
export function promptTokens(
  { messages, tools, response_format: format }: ModelRequest,
  countTokens: CountTokens,
  counts: WeakMap<object, number>,
): number {
  let sum = 0
  for (const part of [...messages, ...(tools ?? []), ...(format ? [format] : [])]) {
    const known = counts.get(part) ?? countOf(JSON.stringify(part), countTokens)
    counts.set(part, known)
    sum += known
  }
  return sum
}

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
