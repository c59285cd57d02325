import { define } from '../strict/definition.ts'
import type { JsonSchema, StrictOptions } from '../contract/strict-options.ts'
import { SchemaError } from './errors.ts'
import type { Finding } from '../contract/findings.ts'
import { completed, hasPlainRoot } from '../json-schema/completion.ts'
import { deepFreeze } from '@toolloop/wire'
import { restoration, type Restore } from './restoration.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardSchema } from '../contract/standard-schema.ts'
import { readSource } from '../read/source.ts'

/** The definition of a schema, and how values are restored from it. */
export interface Conversion {
  readonly definition: JsonSchema
  readonly shape: Shape
  readonly restore: Restore | undefined
  /** How many branches of a recursive union the parser tries at every level of a value. */
  readonly branches: number
  /** Paths begin at the schema's own root. */
  readonly findings: readonly Finding[]
}

const known = new WeakMap<StandardSchema, Map<string, Conversion>>()

/** Cached per schema object and mode. @throws UsageError that begins with `subject`, if `schema` is no schema */
export function convert(schema: StandardSchema, mode: StrictOptions | false, subject: string): Conversion {
  const key = mode ? `${mode.record} ${mode.tuple} ${mode.openObject} ${mode.fineTuned}` : 'plain'
  const conversion = known.get(schema)?.get(key)
  if (conversion) return conversion
  const made = convertNow(schema, mode, subject)
  known.set(schema, new Map([...(known.get(schema) ?? []), [key, made]]))
  return made
}

function convertNow(schema: StandardSchema, mode: StrictOptions | false, subject: string): Conversion {
  const { shape, dialect, json, bounded } = readSource(schema, subject)
  const { schema: written, findings, branches } = define(shape, mode, dialect)
  // Without strict mode JSON Schema keeps its keywords, as far as the API accepts them.
  const loose = json && findings.length === 0 && hasPlainRoot(json) ? json : written
  return {
    definition: deepFreeze(mode ? written : completed(loose)),
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
