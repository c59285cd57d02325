// Deeply frozen values, which cannot change.

/** Freezes plain data all the way down and returns it. Costs one visit per value; frozen values are not visited again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  if (Array.isArray(value)) for (const item of value) deepFreeze(item)
  else
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key]
      if (typeof item === 'object') deepFreeze(item) // most items are primitives: skip the call
    }
  return value
}

/** Is the value frozen, with everything in it? Returns at the first object that is not. */
export function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  if (!Object.isFrozen(value)) return false
  if (Array.isArray(value)) return value.every(isDeepFrozen)
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key]
    if ((typeof item === 'object' || typeof item === 'function') && !isDeepFrozen(item)) return false
  }
  return true
}
