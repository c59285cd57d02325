// `@toolloop/schema/json-schema`: plain JSON Schema as a schema that parses, for tools whose schema came as data.
import type { JsonSchema } from './contract/strict-options.ts'
import { jsonSchemaValidator } from './json-schema/validator.ts'
import type { StandardSchema } from './contract/standard-schema.ts'

/**
 * Wraps JSON Schema (draft-07 to 2020-12), so that a tool can be made of it. Values are held to it by an interpreter:
 * nothing is compiled, not even its patterns, which are told to the model but not enforced.
 *
 * ```ts
 * tool({ name: 'lookup', parameters: jsonSchema<{ city: string }>({ type: 'object', … }), execute: … })
 * ```
 */
export function jsonSchema<Value = Record<string, unknown>>(schema: JsonSchema): StandardSchema<Value> {
  const source = structuredClone(schema)
  const validate = jsonSchemaValidator<Value>(source)
  return { '~standard': { version: 1, vendor: 'json-schema', validate, jsonSchema: { input: () => source } } }
}
