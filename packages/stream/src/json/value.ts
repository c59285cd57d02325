// JSON values from the wire: told apart, copied, and written without ever touching a prototype.
import { StreamError } from '@toolloop/wire'
import type { Bounds } from '../limits/bounds.ts'
import { utf8Length } from '../limits/bounds.ts'

export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string with something in it, else `''`. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** An integer, else `undefined`. */
export function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** Nothing was said: absent, `null` or `''`. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Sets an own property, whatever its name: `__proto__` is data here. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else asWire<JsonObject>(target)[key] = value
}

/** Reads an own property; what `Object.prototype` has is not data. */
export function getOwn(target: JsonObject, key: string): unknown {
  return Object.hasOwn(target, key) ? target[key] : undefined
}

/**
 * A deep copy that shares nothing; with `bounds` it is refused where it is too deep. What JSON has no word for, and only
 * a model in this process can say, is left out or `null`, as `JSON.stringify` has it.
 */
export function copyJson<T>(value: T, bounds?: Bounds, depth?: number): T
export function copyJson(value: unknown, bounds?: Bounds, depth = 1): unknown {
  if (typeof value !== 'object' || value === null) return isJsonPrimitive(value) ? value : null
  bounds?.depth(depth, 'A field of the answer')
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item, bounds, depth + 1))
  const copy: JsonObject = {}
  // `entries` would make a list for every field, and every answer's usage is copied.
  for (const key in value) {
    const item = asWire<JsonObject>(value)[key]
    if (Object.hasOwn(value, key) && !isOmitted(item)) setOwn(copy, key, copyJson(item, bounds, depth + 1))
  }
  return copy
}

/** A field that JSON leaves out. */
export const isOmitted = (value: unknown): boolean =>
  value === undefined || typeof value === 'function' || typeof value === 'symbol'

const isJsonPrimitive = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

/** The error for a field whose type makes no sense. */
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

/** Roughly the bytes a value takes; exact for text. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return utf8Length(value)
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) return value.reduce<number>((size, item) => size + sizeOf(item), 8)
  return Object.entries(value).reduce((size, [key, item]) => size + utf8Length(key) + sizeOf(item), 8)
}

/**
 * Takes a value of the wire for what the types say it is. The one place where that is claimed: servers leave fields
 * out and add others, and whoever asks for a completion gets it as it came.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the claim
export function asWire<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is the claim
  return value as T
}
