// Checks header names and values before any library sees them. Errors from here never quote a value.
import { UsageError } from '@toolloop/wire'
import type { HeaderOptions } from './options.ts'

/** Merges headers, ignoring the case of names. Later layers win; `null` removes a header. */
export function mergeHeaders(...layers: readonly (HeaderOptions | undefined)[]): Record<string, string> {
  const merged = new Map<string, string>()
  for (const layer of layers) {
    for (const [name, value] of entriesOf(layer)) {
      const key = checkedName(name)
      if (value === null) merged.delete(key)
      else if (value !== undefined) merged.set(key, checkedValue(name, value))
    }
  }
  return Object.fromEntries(merged)
}

/** The pairs of a record, or of any iterable of pairs, such as `Headers` and `Map`. */
function entriesOf(layer: HeaderOptions | undefined): Iterable<readonly [string, unknown]> {
  if (layer === undefined) return []
  if (typeof layer !== 'object' || layer === null) throw invalidHeaders(layer)
  if (!(Symbol.iterator in layer)) return Object.entries(layer)
  const pairs = [...(layer as Iterable<unknown>)]
  const wrong = pairs.find((pair) => !Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string')
  if (wrong !== undefined) throw invalidHeaders(layer)
  return pairs as [string, unknown][]
}

function invalidHeaders(value: unknown): UsageError {
  return new UsageError(
    `\`headers\` must be an object of names and values, \`Headers\`, a \`Map\` or a list of [name, value], not ${
      typeof value === 'object' && value !== null ? 'a list of something else' : typeof value
    }`,
  )
}

/** An API key that can be sent in a header. */
export function checkedKey(key: unknown): string {
  if (typeof key !== 'string')
    throw new UsageError(`\`apiKey\` must be a string, not ${key === null ? 'null' : typeof key}`)
  if (key === '') throw new UsageError('`apiKey` is empty')
  if (key.trim() !== key) throw new UsageError('`apiKey` begins or ends with white space; trim it')
  return checkedValue('apiKey', key)
}

function checkedName(name: string): string {
  if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return name.toLowerCase()
  throw new UsageError(`${JSON.stringify(name)} is not a header name; use letters, digits and \`-\``)
}

function checkedValue(name: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new UsageError(`The header \`${name}\` must be a string or null, not ${typeof value}`)
  // Visible characters, blanks and Latin-1 (RFC 9110); a line break would start another header.
  if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) return value
  throw new UsageError(`The value of \`${name}\` contains a character that headers cannot carry, such as a line break`)
}
