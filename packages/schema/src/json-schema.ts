// `@toolloop/schema/json-schema`: plain JSON Schema as a schema that parses, for tools whose schema came as data.
import type { JsonSchema } from './contract/strict-options.ts'
import { LimitError } from '@toolloop/wire'
import { jsonDocument } from './json-schema/document.ts'
import { jsonSchemaValidator } from './json-schema/validator.ts'
import type { StandardResult, StandardSchema } from './contract/standard-schema.ts'

/**
 * Wraps JSON Schema (draft-07 to 2020-12), so that a tool can be made of it. Values are held to it by an interpreter:
 * nothing is compiled, not even its patterns, which are told to the model but not enforced.
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

/** Read now, since the caller may change it later. One that is too large is a finding of the tool made of it. */
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
