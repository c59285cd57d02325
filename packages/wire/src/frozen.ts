// Values that can never change.

/** Freezes plain data all the way down and returns it. Costs one visit per value, none for what is frozen already. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  if (Array.isArray(value)) for (const item of value) deepFreeze(item)
  else
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key]
      if (typeof item === 'object') deepFreeze(item) // most are texts and numbers: no call for them
    }
  return value
}

/** Is this, with everything in it, frozen? Cheap for what is not: the first open object answers. */
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
