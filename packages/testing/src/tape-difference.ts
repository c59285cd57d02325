import { isJsonObject } from './json-object.ts'
import type { Taped } from './tape.ts'

/** The recorded request with the fewest differences from `asked`, and those differences. */
export function nearest(
  asked: Taped,
  tape: readonly Taped[],
): { readonly index: number; readonly lines: readonly string[] } {
  const all = tape.map((one) => differences(one, asked, '$'))
  const index = all.reduce((best, found, at) => (found.length < all[best]!.length ? at : best), 0)
  const found = all[index]!
  const more = found.length > 8 ? [`  … and ${found.length - 8} more`] : []
  return { index, lines: [...found.slice(0, 8), ...more] }
}

/** A line for each different path: `  $.body.model: recorded "a", now "b"`. */
function differences(was: unknown, is: unknown, path: string): string[] {
  if (Array.isArray(was) && Array.isArray(is))
    return Array.from({ length: Math.max(was.length, is.length) }).flatMap((_, at) =>
      differences(was[at], is[at], `${path}[${at}]`),
    )
  if (isJsonObject(was) && isJsonObject(is))
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
      differences(was[key], is[key], `${path}.${key}`),
    )
  return Object.is(was, is) ? [] : [`  ${path}: recorded ${shown(was)}, now ${shown(is)}`]
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120))
