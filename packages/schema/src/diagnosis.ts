import { checkFindings, convert, rooted } from './arguments/conversion.ts'
import { checkStrictOptions, type JsonSchema, type StrictOptions } from './contract/strict-options.ts'
import type { Finding } from './contract/findings.ts'
import type { StandardSchema } from './contract/standard-schema.ts'

export interface DiagnoseOptions extends StrictOptions {
  /** The first part of every path. @default 'schema' */
  readonly root?: string | undefined
}

/** All errors and warnings of a schema in strict mode; empty if there are none. */
export function diagnose(schema: StandardSchema, { root = 'schema', ...options }: DiagnoseOptions = {}): Finding[] {
  checkStrictOptions('diagnose()', options)
  return rooted(convert(schema, options, 'The schema of diagnose()').findings, root)
}

/**
 * Converts a schema to the API's strict subset. The result is frozen and cached: the same schema with the same options
 * gives the same object. @throws SchemaError
 */
export function strictJsonSchema(schema: StandardSchema, options?: StrictOptions): JsonSchema {
  if (options !== undefined) checkStrictOptions('strictJsonSchema()', options)
  const conversion = convert(schema, options ?? {}, 'The schema of strictJsonSchema()')
  checkFindings(conversion.findings, 'The schema', 'schema')
  return conversion.definition
}
