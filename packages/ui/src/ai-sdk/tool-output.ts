// Results and arguments of calls, as a front end shows them.
import type { ToolDone } from '@toolloop/core'
import { plainText } from '@toolloop/wire'

/** A result as a front end shows it. */
export function outputOf(event: ToolDone): unknown {
  const text = plainText(event.content)
  return /^\s*[{[]/.test(text) ? jsonOr(text) : text
}

/** Are these arguments no JSON? */
export const isUnparsed = (text: string): boolean => jsonOr(text) === text

/** The value of a JSON text, or the text. */
export function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
