// Token counts, without invalid ones.
import type { JsonObject } from '../json/value.ts'
import { asWire, copyJson, isEmpty, isObject, setOwn } from '../json/value.ts'
import type { Bounds } from '../limits/bounds.ts'

/** A copy without invalid counts: negative, not finite, above the safe integers, or text. `onDrop` gets their paths. */
export function usageOf(usage: JsonObject, bounds: Bounds, onDrop: (path: string) => void): JsonObject {
  const counts = copyJson(usage, bounds)
  dropUnsound(counts, usage, 'usage', onDrop)
  return counts
}

/** Later counts replace earlier ones. Absent, `null` or zero ones keep the earlier value: counts only grow. */
export function mergeUsage(before: JsonObject, after: JsonObject): JsonObject {
  for (const key of Object.keys(before)) {
    const [earlier, later] = [before[key], after[key]]
    if (isObject(earlier) && isObject(later)) setOwn(after, key, mergeUsage(earlier, later))
    else if (isEmpty(later) || later === 0) setOwn(after, key, earlier)
  }
  return after
}

/** `source` is the original of the copy `counts`: the copy holds `null` for an infinite number. */
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

/** Are all counts valid, so that none is dropped? */
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
