// Values that can never change, and what was once computed from them.

/** Computes once per deeply frozen value; a value that may change is computed every time. */
export function onceFrozen<T extends object>(
  memo: WeakMap<object, object>,
  value: T,
  ofFrozen: (value: T) => T,
  ofOpen: (value: T) => T,
): T {
  const known = memo.get(value) as T | undefined
  if (known !== undefined) return known
  if (!isDeepFrozen(value)) return ofOpen(value)
  const computed = ofFrozen(value)
  memo.set(value, computed)
  return computed
}

/** Is this, with everything in it, frozen? Cheap for what is not: the first open object answers. */
export function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen)
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
