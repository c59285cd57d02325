import { isObject, unreachable } from '../value/plain-object.ts'
import { typeOf, type Shape, type Type } from '../shape/shape.ts'

/**
 * Translates a path of the source schema into one of what the model wrote, where records are pairs and tuples objects.
 * `at` is the value at that path.
 */
export function wirePath(
  shape: Shape | undefined,
  keys: readonly PropertyKey[],
  value: unknown,
): { path: PropertyKey[]; at: unknown } {
  const path: PropertyKey[] = []
  let at = value
  let here = shape
  for (const key of keys) {
    const step = stepFor(here, key, at)
    path.push(...step)
    for (const part of step) at = valueAt(at, part)
    here = here && inside(here, key, new Set())
  }
  return { path, at }
}

function stepFor(shape: Shape | undefined, key: PropertyKey, value: unknown): PropertyKey[] {
  const type = shape && typeOf(shape)
  if ((type?.kind === 'record' || type?.kind === 'map') && Array.isArray(value)) {
    const index = value.findIndex((pair) => isObject(pair) && String(pair['key']) === String(key))
    return index < 0 ? [key] : [index, 'value']
  }
  if (type?.kind === 'tuple' && typeof key === 'number' && isObject(value))
    return key < type.items.length ? [String(key)] : ['rest', key - type.items.length]
  return [key]
}

/** The shape behind one key; in a union that of the first branch that has the key. */
function inside(shape: Shape, key: PropertyKey, seen: Set<Type>): Shape | undefined {
  const type = typeOf(shape)
  if (seen.has(type)) return undefined
  seen.add(type)
  switch (type.kind) {
    case 'object':
      return type.properties.find((property) => property.key === key)?.shape
    case 'record':
    case 'map':
      return type.value
    case 'tuple':
      return typeof key === 'number' ? (type.items[key] ?? type.rest) : undefined
    case 'union':
      return type.options.map((option) => inside(option, key, seen)).find((found) => found !== undefined)
    case 'array':
    case 'set':
      return type.items
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'date':
    case 'bigint':
    case 'literal':
    case 'any':
    case 'impossible':
      return undefined
  }
  return unreachable(type)
}

function valueAt(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
