// Half a surrogate pair is no Unicode text: servers refuse it, this time and whenever the conversation is sent again.

/**
 * The value with U+FFFD in place of every lone surrogate, also in what it holds; the same object where there is none.
 * Keys stay as they are, and so does what lies deeper than any message or schema does.
 */
export function wellFormed<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return (value.isWellFormed() ? value : value.toWellFormed()) as T
  if (typeof value !== 'object' || value === null || depth > deepest) return value
  return Array.isArray(value) ? (list(value, depth) as T) : record(value, depth)
}

const deepest = 64

function list(items: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let at = 0; at < items.length; at++) {
    const next = wellFormed(items[at], depth + 1)
    if (next !== items[at]) (copy ??= [...items])[at] = next
  }
  return copy ?? items
}

function record<T extends object>(value: T, depth: number): T {
  let changed: [string, unknown][] | undefined
  for (const key of Object.keys(value)) {
    const own = value[key as keyof T]
    if (typeof own !== 'string' && typeof own !== 'object') continue // no text in there, and no call for it
    const next = wellFormed(own, depth + 1)
    if (next !== own) (changed ??= []).push([key, next])
  }
  return changed === undefined ? value : { ...value, ...Object.fromEntries(changed) }
}
