// The keywords of JSON Schema that hold schemas. Others hold data: an `enum` may hold objects that look like schemas.
import { isObject } from '../value/plain-object.ts'

type Node = Readonly<Record<string, unknown>>

/** Keywords that hold one schema; `items` and `dependencies` of older drafts hold lists and maps too. */
export const single: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'unevaluatedItems',
  'unevaluatedProperties',
])
export const lists: ReadonlySet<string> = new Set(['items', 'allOf', 'anyOf', 'oneOf', 'prefixItems'])
export const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
])

/** A copy with every subschema that is an object replaced. `path` leads from the node to the subschema. */
export function mapSubschemas(node: Node, replace: (schema: Node, path: readonly string[]) => unknown): Node {
  const at = (value: unknown, ...path: string[]): unknown => (isObject(value) ? replace(value, path) : value)
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => {
    if (lists.has(name) && Array.isArray(value)) return [name, value.map((one, index) => at(one, name, String(index)))]
    if (maps.has(name) && isObject(value))
      return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, at(one, name, key)]))]
    return single.has(name) ? [name, at(value, name)] : [name, value]
  })
  return Object.fromEntries(entries)
}
