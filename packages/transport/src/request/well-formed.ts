// Replaces lone surrogates: servers reject them, and every later request of the conversation would fail too.

/**
 * The value with U+FFFD in place of every lone surrogate, also in nested values. Returns the same object where there is
 * none. Does not change keys, nor values nested deeper than 64 levels: no message or schema is that deep.
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
    if (typeof own !== 'string' && typeof own !== 'object') continue // no text in it: saves the call
    const next = wellFormed(own, depth + 1)
    if (next !== own) (changed ??= []).push([key, next])
  }
  return changed === undefined ? value : { ...value, ...Object.fromEntries(changed) }
}
