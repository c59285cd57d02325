import { UsageError } from '@toolloop/wire'
import { describeError } from '../value/describe-error.ts'
import { excerpt } from '../value/excerpt.ts'
import { readJsonSchema } from './json-schema.ts'
import type { Dialect } from '../contract/remedies.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardSchema } from '../contract/standard-schema.ts'
import { isZod3, readZod3 } from './zod3.ts'
import { isZod4, readZod4 } from './zod4.ts'

/** What is known of a schema, whatever library it came from. */
export interface Source {
  readonly shape: Shape
  readonly dialect: Dialect
  /** Does parsing take bounded time by itself? */
  readonly bounded?: boolean
  /** The JSON Schema it carries itself: what a tool without strictness is described with. */
  readonly json?: Readonly<Record<string, unknown>>
}

/** Reads a schema of any library that can be read. @throws UsageError where it cannot */
export function readSource(schema: StandardSchema): Source {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null)
    throw new UsageError(`A schema was expected, ${excerpt(schema)} was given; pass z.object({ … })`)
  if (isZod4(schema)) return { shape: readZod4(schema), dialect: 'zod' }
  if (isZod3(schema)) return { shape: readZod3(schema), dialect: 'zod' }
  const { jsonSchema, vendor } = standardOf(schema)
  if (typeof jsonSchema?.input !== 'function') throw new UsageError(withoutJsonSchema(vendor))
  try {
    const bounded = vendor === 'json-schema'
    const json = jsonSchema.input({ target: 'draft-2020-12' })
    return { shape: readJsonSchema(json, !bounded), dialect: 'json', json, bounded }
  } catch (error) {
    return { shape: unwritten(error, vendor), dialect: 'json' }
  }
}

function standardOf(schema: StandardSchema): Partial<StandardSchema['~standard']> {
  const standard: unknown = schema['~standard']
  if (typeof standard === 'object' && standard !== null) return standard
  const hint = 'type' in schema || 'properties' in schema || '$ref' in schema
  throw new UsageError(
    hint
      ? "This looks like JSON Schema, which has no parser of its own; wrap it: jsonSchema({ … }) from 'toolloop/json-schema'"
      : 'A schema was expected: z.object({ … }), or one of any library that implements Standard Schema',
  )
}

function withoutJsonSchema(vendor: string | undefined): string {
  const remedy =
    vendor === 'valibot'
      ? "wrap it: toStandardJsonSchema(schema) from '@valibot/to-json-schema'"
      : vendor === 'arktype'
        ? 'update arktype to 2.1.28 or later'
        : 'use Zod, or a library that implements Standard JSON Schema'
  return `A schema of ${vendor ?? 'this library'} carries no JSON Schema; ${remedy}`
}

/** A library that cannot write a schema as JSON Schema says why. */
function unwritten(error: unknown, vendor = 'this library'): Shape {
  const reason = `cannot be written as JSON Schema: ${describeError(error, 300)}`
  return {
    type: {
      kind: 'impossible',
      rule: 'impossible',
      source: `${vendor}'s schema`,
      reason,
      remedy: 'use a type that JSON has',
    },
  }
}
