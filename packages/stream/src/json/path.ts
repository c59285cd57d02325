// Paths to values inside a JSON value.
import { asWire, getOwn } from './value.ts'

/** The keys and indices that lead to a value. `[]` is the whole value. */
export type JsonPath = readonly (string | number)[]

/** The value at `path`; `undefined` where there is none. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    // An array's own properties include `length`.
    if (Array.isArray(value) && !Number.isInteger(Number(key))) return undefined
    value = getOwn(asWire(value), String(key))
  }
  return value
}
