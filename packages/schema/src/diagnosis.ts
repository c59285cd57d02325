import { checkFindings, convert, rooted } from './arguments/conversion.ts'
import { checkStrictOptions, type JsonSchema, type StrictOptions } from './contract/strict-options.ts'
import type { Finding } from './contract/findings.ts'
import type { StandardSchema } from './contract/standard-schema.ts'

export interface DiagnoseOptions extends StrictOptions {
  /** How paths begin. @default 'schema' */
  readonly root?: string | undefined
}

/** Everything that is wrong with a schema in strict mode, and what is not as it seems. Empty: all is well. */
export function diagnose(schema: StandardSchema, { root = 'schema', ...options }: DiagnoseOptions = {}): Finding[] {
  checkStrictOptions('diagnose()', options)
  return rooted(convert(schema, options, 'The schema of diagnose()').findings, root)
}

/** The schema in the API's strict subset: shared, frozen, the same object for the same schema. @throws SchemaError */
export function strictJsonSchema(schema: StandardSchema, options: StrictOptions = {}): JsonSchema {
  checkStrictOptions('strictJsonSchema()', options)
  const conversion = convert(schema, options, 'The schema of strictJsonSchema()')
  checkFindings(conversion.findings, 'The schema', 'schema')
  return conversion.definition
}
