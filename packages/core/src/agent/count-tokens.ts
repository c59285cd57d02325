// Counts the tokens of a text, and of a request.
import type { AudioPart, FilePart, ImagePart, ModelRequest } from '@toolloop/wire'
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
    const known = counts.get(part) ?? partTokens(part, countTokens)
    counts.set(part, known)
    sum += known
  }
  return sum
}

/** The tokens of a message or a definition. The base64 of images, audio and files is no text. */
export function partTokens(part: object, countTokens: CountTokens): number {
  const { content } = part as { readonly content?: unknown }
  if (!Array.isArray(content) || !content.some(isMedia)) return countOf(JSON.stringify(part), countTokens)
  let sum = countOf(JSON.stringify({ ...part, content: content.filter((one) => !isMedia(one)) }), countTokens)
  for (const one of content) if (isMedia(one)) sum += mediaTokens(one)
  return sum
}

type Media = AudioPart | FilePart | ImagePart

const isMedia = (part: unknown): part is Media =>
  ['image_url', 'input_audio', 'file'].includes((part as { readonly type?: unknown } | null)?.type as string)

/** An image costs 85 tokens with `detail: 'low'`, else 500 to 1,500 by its size and the model; audio and files by length. */
function mediaTokens(part: Media): number {
  if (part.type === 'image_url') return part.image_url?.detail === 'low' ? 85 : 1000
  return Math.ceil(JSON.stringify(part).length / 100)
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
