// Where a value stands in a JSON value.
import { asWire, getOwn } from './value.ts'

/** The keys and indices that lead to a value. `[]` is the whole. */
export type JsonPath = readonly (string | number)[]

/** What stands at `path`; `undefined`: nothing. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    // An array has more own properties than its items.
    if (Array.isArray(value) && !Number.isInteger(Number(key))) return undefined
    value = getOwn(asWire(value), String(key))
  }
  return value
}
