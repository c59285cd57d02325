// `@toolloop/schema/json-schema`: plain JSON Schema as a Standard Schema, for tools whose schema is data.
import type { JsonSchema } from './contract/strict-options.ts'
import { LimitError } from '@toolloop/wire'
import { jsonDocument } from './json-schema/document.ts'
import { jsonSchemaValidator } from './json-schema/validator.ts'
import type { StandardResult, StandardSchema } from './contract/standard-schema.ts'

/**
 * Wraps JSON Schema (draft-04 to 2020-12), so that a tool can be made of it. An interpreter validates the values;
 * nothing is compiled. Patterns are described to the model, but not enforced.
 *
 * ```ts
 * tool({ name: 'lookup', parameters: jsonSchema<{ city: string }>({ type: 'object', … }), execute: … })
 * ```
 */
export function jsonSchema<Value = Record<string, unknown>>(schema: JsonSchema): StandardSchema<Value> {
  const document = bounded(schema)
  let validator: ((value: unknown) => StandardResult<Value>) | undefined
  const validate = (value: unknown): StandardResult<Value> =>
    (validator ??= jsonSchemaValidator<Value>(document()))(value)
  return { '~standard': { version: 1, vendor: 'json-schema', validate, jsonSchema: { input: document } } }
}

/**
 * Copies the schema now, since the caller may change it later. A schema that is too large throws later, when a tool is
 * made of it, where it becomes a finding.
 */
function bounded(schema: JsonSchema): () => JsonSchema {
  try {
    const document = jsonDocument(schema)
    return () => document
  } catch (error) {
    if (!(error instanceof LimitError)) throw error
    return () => {
      throw error
    }
  }
}
