// The forms of `content` that servers send: a string, `null`, parts, or an object.
import type { Bounds } from '../limits/bounds.ts'
import { copyJson, isObject, text, unexpected } from '../json/value.ts'

/** The text and the reasoning in one piece of content. */
export interface ContentPieces {
  /** `null` where the content holds no text, not even an empty one. */
  readonly text: string | null
  readonly reasoning: string
  /** Types of the parts that are neither. */
  readonly unknown: readonly string[]
}

/** Reads content that is not a plain string. */
export function contentPieces(content: unknown, path: string, bounds: Bounds): ContentPieces {
  if (content === null || content === undefined) return { text: null, reasoning: '', unknown: [] }
  if (typeof content === 'string') return { text: content, reasoning: '', unknown: [] }
  if (Array.isArray(content)) return partsOf(content)
  if (isObject(content)) return { text: JSON.stringify(copyJson(content, bounds)), reasoning: '', unknown: [] }
  throw unexpected(path, content, 'text, a list of parts, or null')
}

function partsOf(parts: readonly unknown[]): ContentPieces {
  let joined: string | null = null
  let reasoning = ''
  const unknown: string[] = []
  for (const part of parts) {
    if (typeof part === 'string') joined = (joined ?? '') + part
    if (!isObject(part)) continue
    const type = text(part['type'])
    if (type === 'text' || type === 'output_text') joined = (joined ?? '') + text(part['text'])
    else if (type === 'thinking') reasoning += textOf(part['thinking'])
    else if (type === 'reasoning') reasoning += textOf(part['summary'] ?? part['text'])
    else unknown.push(type)
  }
  return { text: joined, reasoning, unknown }
}

/** Reasoning is text or a list of text parts. */
function textOf(value: unknown): string {
  if (!Array.isArray(value)) return text(value)
  return value.map((part: unknown) => (isObject(part) ? text(part['text']) : text(part))).join('')
}
