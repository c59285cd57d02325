import { UsageError } from '@toolloop/wire'

/** Copies plain JSON data. @throws UsageError that names the path of a value that JSON cannot represent */
export function jsonCopy(value: unknown, path: string, depth = 0): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object')
    throw new UsageError(
      `${path} is ${typeof value === 'number' ? value : `a ${typeof value}`}, which JSON cannot represent.`,
    )
  if (depth > 256)
    throw new UsageError(`${path.slice(0, 80)}… is nested more than 256 levels deep, or contains itself.`)
  if (Array.isArray(value)) return value.map((item, index) => jsonCopy(item, `${path}[${index}]`, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw new UsageError(`${path} is a ${value.constructor?.name ?? 'foreign object'}; messages hold plain JSON data.`)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    // Assignment would set the prototype for the key `__proto__`.
    Object.defineProperty(copy, key, {
      value: jsonCopy(item, `${path}.${key}`, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return copy
}
