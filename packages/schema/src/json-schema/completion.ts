// What the API demands of every definition, strict or not.
import type { JsonSchema } from '../contract/strict-options.ts'
import { mapSubschemas } from './subschemas.ts'

/** A root with one of these is refused, even if it says `type: "object"`. */
const notAtTheRoot: readonly string[] = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'enum', 'const']

/** Does the root say in keywords of its own what it is? */
export function hasPlainRoot(schema: JsonSchema): boolean {
  return !notAtTheRoot.some((keyword) => keyword in schema)
}

/** The definition with what the API demands: `type: "object"` at the root, `items` of arrays, `properties` of objects. */
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
