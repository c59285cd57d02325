// Counts of tokens, as far as they can be counts.
import type { JsonObject } from '../json/value.ts'
import { asWire, copyJson, isEmpty, isObject, setOwn } from '../json/value.ts'
import type { Bounds } from '../limits/bounds.ts'

/** A copy without counts that are negative, not finite, beyond any answer, or text; `onDrop` is told their paths. */
export function usageOf(usage: JsonObject, bounds: Bounds, onDrop: (path: string) => void): JsonObject {
  const counts = copyJson(usage, bounds)
  dropUnsound(counts, usage, 'usage', onDrop)
  return counts
}

/** Later counts over earlier ones. What is absent, `null` or zero there keeps its earlier value: counts only grow. */
export function mergeUsage(before: JsonObject, after: JsonObject): JsonObject {
  for (const key of Object.keys(before)) {
    const [earlier, later] = [before[key], after[key]]
    if (isObject(earlier) && isObject(later)) setOwn(after, key, mergeUsage(earlier, later))
    else if (isEmpty(later) || later === 0) setOwn(after, key, earlier)
  }
  return after
}

/** `source` is what `counts` is a copy of: there an infinite number is still one. */
function dropUnsound(counts: JsonObject, source: JsonObject, path: string, onDrop: (path: string) => void): void {
  for (const key in counts) {
    const value = source[key]
    if (isObject(value)) dropUnsound(asWire(counts[key]), value, `${path}.${key}`, onDrop)
    else if (key.endsWith('_tokens') && !isCount(value)) {
      delete counts[key]
      onDrop(`${path}.${key}`)
    }
  }
}

/** Is every count one? Then nothing of it is dropped. */
export function isSound(counts: JsonObject, depth = 0): boolean {
  if (depth > 3) return false
  for (const key in counts) {
    const value = counts[key]
    if (isObject(value) ? !isSound(value, depth + 1) : key.endsWith('_tokens') && !isCount(value)) return false
  }
  return true
}

function isCount(value: unknown): boolean {
  return value === null || (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER)
}
