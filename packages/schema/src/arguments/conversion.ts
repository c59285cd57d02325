import { define } from '../strict/definition.ts'
import type { JsonSchema, StrictOptions } from '../contract/strict-options.ts'
import { SchemaError } from './errors.ts'
import type { Finding } from '../contract/findings.ts'
import { isObject } from '../value/plain-object.ts'
import { restoration, type Restore } from './restoration.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardSchema } from '../contract/standard-schema.ts'
import { readSource } from '../read/source.ts'

/** A schema as the wire takes it, and the way back. */
export interface Conversion {
  readonly definition: JsonSchema
  readonly shape: Shape
  readonly restore: Restore | undefined
  /** How many branches of a recursive union are tried at every level of a value. */
  readonly branches: number
  /** Paths begin at the schema's own root. */
  readonly findings: readonly Finding[]
}

const known = new WeakMap<StandardSchema, Map<string, Conversion>>()

/** Converts once per schema object and mode. */
export function convert(schema: StandardSchema, mode: StrictOptions | false): Conversion {
  const key = mode ? `${mode.record} ${mode.tuple} ${mode.openObject} ${mode.fineTuned}` : 'plain'
  const conversion = known.get(schema)?.get(key)
  if (conversion) return conversion
  const made = convertNow(schema, mode)
  known.set(schema, new Map([...(known.get(schema) ?? []), [key, made]]))
  return made
}

function convertNow(schema: StandardSchema, mode: StrictOptions | false): Conversion {
  const { shape, dialect, json, bounded } = readSource(schema)
  const { schema: written, findings, branches } = define(shape, mode, dialect)
  // Without strictness a schema that is JSON Schema already is passed on as it is.
  const definition = mode === false && json && findings.length === 0 ? structuredClone(json) : written
  return {
    definition: freeze(definition),
    shape,
    restore: restoration(shape, mode),
    findings,
    branches: bounded ? 1 : branches,
  }
}

/** @throws SchemaError with every violation, its path beginning with `root` */
export function checkFindings(
  found: readonly Finding[],
  subject: string,
  root: string,
  more: readonly Finding[] = [],
): void {
  const errors = [...more, ...rooted(found, root)].filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new SchemaError(subject, errors)
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
