// What the API requires of every definition, strict or not.
import type { JsonSchema } from '../contract/strict-options.ts'
import { mapSubschemas } from './subschemas.ts'

/** The API rejects a root with one of these, even with `type: "object"`. */
const notAtTheRoot: readonly string[] = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'enum', 'const']

/** Does the root describe itself, without references, compositions or values? */
export function hasPlainRoot(schema: JsonSchema): boolean {
  return !notAtTheRoot.some((keyword) => keyword in schema)
}

/** Adds what the API requires: `type: "object"` at the root, `items` of arrays, `properties` of objects. */
export function completed(schema: JsonSchema): JsonSchema {
  const root = complete({ ...schema, type: 'object' })
  return root['properties'] === undefined ? { ...root, properties: {} } : root
}

function complete(node: JsonSchema): JsonSchema {
  const schema = mapSubschemas(node, complete)
  const types = [schema['type']].flat()
  const isBare = schema['properties'] === undefined && schema['additionalProperties'] === undefined
  return {
    ...schema,
    ...(types.includes('object') && isBare && { properties: {} }),
    ...(types.includes('array') && schema['items'] === undefined && { items: {} }),
  }
}
