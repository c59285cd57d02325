// A user's function gets its own copy or frozen data, so that its changes never reach the run.

/** A deep copy that its receiver may change. An object of a class other than `Date`, `Map` and `Set` is passed as it is. */
export const ownCopy = <T>(value: T): T => copyOf(value, { freeze: false, shares: false }, 0) as T

/** A deeply frozen copy, with the same limit. */
export const frozenCopy = <T>(value: T): T => copyOf(value, { freeze: true, shares: false }, 0) as T

/** A deep copy; where that would share an object with `value`, what `make` returns instead. */
export function ownCopyOr<T>(value: T, make: () => Promise<T>): T | Promise<T> {
  const copying = { freeze: false, shares: false }
  const copy = copyOf(value, copying, 0) as T
  return copying.shares ? make() : copy
}

interface Copying {
  readonly freeze: boolean
  /** The copy holds an object of the original. */
  shares: boolean
}

/** Deeper values are not copied, so that a value that contains itself ends. */
const maxDepth = 256

function copyOf(value: unknown, copying: Copying, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const inner = (item: unknown): unknown => copyOf(item, copying, depth + 1)
  if (depth <= maxDepth) {
    if (Array.isArray(value)) return done(value.map(inner), copying)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null)
      return done(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)])), copying)
    if (prototype === Date.prototype) return new Date(value as Date)
    if (prototype === Map.prototype)
      return new Map([...(value as Map<unknown, unknown>)].map(([key, item]) => [inner(key), inner(item)]))
    if (prototype === Set.prototype) return new Set([...(value as Set<unknown>)].map(inner))
  }
  copying.shares = true
  return value
}

const done = (copy: object, { freeze }: Copying): object => (freeze ? Object.freeze(copy) : copy)
