// What was computed from a value that can never change.
import { isDeepFrozen } from '@toolloop/wire'

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
