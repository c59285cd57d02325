// A user's function gets its own copy or frozen data, so that its changes never reach the run.

/**
 * A deep copy that its receiver may change: arrays, plain objects, dates, maps and sets. An object of another class (a
 * schema's transform may make one) cannot be copied and is passed as it is.
 */
export const ownCopy = <T>(value: T): T => copyOf(value, false, 0) as T

/** A deeply frozen copy, with the same limits. */
export const frozenCopy = <T>(value: T): T => copyOf(value, true, 0) as T

/** Deeper values are not copied, so that a value that contains itself ends. */
const maxDepth = 256

function copyOf(value: unknown, freeze: boolean, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value
  const inner = (item: unknown): unknown => copyOf(item, freeze, depth + 1)
  if (Array.isArray(value)) return done(value.map(inner), freeze)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null)
    return done(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)])), freeze)
  if (value instanceof Date) return new Date(value)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [inner(key), inner(item)]))
  if (value instanceof Set) return new Set([...value].map(inner))
  return value
}

const done = (copy: object, freeze: boolean): object => (freeze ? Object.freeze(copy) : copy)
