// JSON values from the wire: checks, copies and writes that never touch a prototype.
import { StreamError } from '@toolloop/wire'
import type { Bounds } from '../limits/bounds.ts'
import { utf8Length } from '../limits/bounds.ts'

export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it is a string, else `''`. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value if it is a safe integer, else `undefined`. */
export function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** Is the value absent, `null` or `''`? */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Sets an own property, whatever its name: `__proto__` is data here. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else asWire<JsonObject>(target)[key] = value
}

/** Reads an own property; properties of `Object.prototype` are not data. */
export function getOwn(target: JsonObject, key: string): unknown {
  return Object.hasOwn(target, key) ? target[key] : undefined
}

/**
 * A deep copy that shares nothing with `value`. With `bounds`, too deep a value throws a `LimitError`. Values that JSON
 * cannot represent come only from a model in this process; they are left out or `null`, as in `JSON.stringify`.
 */
export function copyJson<T>(value: T, bounds?: Bounds, depth?: number): T
export function copyJson(value: unknown, bounds?: Bounds, depth = 1): unknown {
  if (typeof value !== 'object' || value === null) return isJsonPrimitive(value) ? value : null
  bounds?.depth(depth, 'A field of the answer')
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item, bounds, depth + 1))
  const copy: JsonObject = {}
  // `Object.entries` would allocate a list per object, and every answer's usage is copied.
  for (const key in value) {
    const item = asWire<JsonObject>(value)[key]
    if (Object.hasOwn(value, key) && !isOmitted(item)) setOwn(copy, key, copyJson(item, bounds, depth + 1))
  }
  return copy
}

/** Does JSON leave out a field of this value? */
export const isOmitted = (value: unknown): boolean =>
  value === undefined || typeof value === 'function' || typeof value === 'symbol'

const isJsonPrimitive = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

/** The error for a field of an impossible type. */
export function unexpected(path: string, value: unknown, expected: string): StreamError {
  return new StreamError(`The server sent \`${path}\` as ${describe(value)}; it should be ${expected}.`, {
    retryable: false,
  })
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 200))}`
  return typeof value === 'number' || typeof value === 'boolean' ? `${typeof value} ${value}` : typeof value
}

export function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

/** The approximate size of a value in bytes; exact for text. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return utf8Length(value)
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) return value.reduce<number>((size, item) => size + sizeOf(item), 8)
  return Object.entries(value).reduce((size, [key, item]) => size + utf8Length(key) + sizeOf(item), 8)
}

/**
 * Casts a value from the wire to its declared type, unchecked. The only such cast: servers leave fields out and add
 * others, and completions pass them through unchanged.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type
export function asWire<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return value as T
}
