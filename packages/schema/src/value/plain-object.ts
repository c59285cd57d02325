/** An object that is no array: what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** After a `switch` that names every case: the compiler proves that this is never reached. */
export function unreachable(value: never): never {
  throw new TypeError(`Unexpected ${String(value)}`)
}
