import { define, type JsonSchema, type StrictOptions } from './definition.ts'
import { SchemaError } from './errors.ts'
import type { Finding } from './findings.ts'
import { isObject } from './plain-object.ts'
import { restoration, type Restore } from './restoration.ts'
import type { StandardSchema } from './standard-schema.ts'
import { readSource } from './source.ts'

/** A schema as the wire takes it, and the way back. */
export interface Conversion {
  readonly definition: JsonSchema
  readonly restore: Restore | undefined
  /** Paths begin at the schema's own root. */
  readonly findings: readonly Finding[]
}

const known = new WeakMap<StandardSchema, Map<string, Conversion>>()

/** Converts once per schema object and mode. */
export function convert(schema: StandardSchema, mode: StrictOptions | false): Conversion {
  let conversions = known.get(schema)
  if (!conversions) known.set(schema, (conversions = new Map()))
  const key = mode ? `${mode.record} ${mode.tuple} ${mode.openObject} ${mode.fineTuned}` : 'plain'
  let conversion = conversions.get(key)
  if (!conversion) conversions.set(key, (conversion = convertNow(schema, mode)))
  return conversion
}

function convertNow(schema: StandardSchema, mode: StrictOptions | false): Conversion {
  const shape = readSource(schema)
  const { schema: definition, findings } = define(shape, mode)
  return { definition: freeze(definition), restore: restoration(shape, mode), findings }
}

/** @throws SchemaError with every violation, its path beginning with `root` */
export function checkConversion(
  conversion: Conversion,
  subject: string,
  root: string,
  more: readonly Finding[] = [],
): void {
  const findings = [...more, ...rooted(conversion.findings, root)].filter(({ severity }) => severity === 'error')
  if (findings.length > 0) throw new SchemaError(subject, findings)
}

export function rooted(findings: readonly Finding[], root: string): Finding[] {
  return findings.map((finding) => ({ ...finding, path: `${root}${finding.path}` }))
}

/** The definition is shared by everyone who uses the schema. */
function freeze(schema: JsonSchema): JsonSchema {
  for (const value of Object.values(schema)) {
    if (isObject(value)) freeze(value)
    else if (Array.isArray(value)) for (const item of Object.freeze(value)) if (isObject(item)) freeze(item)
  }
  return Object.freeze(schema)
}
