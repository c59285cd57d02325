import { LimitError, UsageError } from '@toolloop/wire'
import { jsonDocument } from '../json-schema/document.ts'
import { describeError } from '../value/describe-error.ts'
import { clip, excerpt } from '../value/excerpt.ts'
import { isObject } from '../value/plain-object.ts'
import { readJsonSchema } from './json-schema.ts'
import type { Dialect } from '../contract/remedies.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardSchema } from '../contract/standard-schema.ts'
import { isZod3, readZod3 } from './zod3.ts'
import { isZod4, readZod4 } from './zod4.ts'

/** A schema of any library, as it was read. */
export interface Source {
  readonly shape: Shape
  readonly dialect: Dialect
  /** Does the schema's own parser take bounded time? */
  readonly bounded?: boolean
  /** The JSON Schema that the library wrote: the definition of a tool without strict mode. */
  readonly json?: Readonly<Record<string, unknown>>
}

/**
 * Reads a schema of any supported library. `subject` names it in messages.
 * @throws UsageError if the schema cannot be read
 */
export function readSource(schema: StandardSchema, subject: string): Source {
  checkSchema(schema, subject)
  if (isZod4(schema)) return { shape: readZod4(schema), dialect: 'zod' }
  if (isZod3(schema)) return { shape: readZod3(schema), dialect: 'zod' }
  const { jsonSchema, vendor } = schema['~standard']
  if (typeof jsonSchema?.input !== 'function') throw new UsageError(`${subject} ${withoutJsonSchema(vendor)}`)
  try {
    const bounded = vendor === 'json-schema'
    const json = jsonDocument(jsonSchema.input({ target: 'draft-2020-12' }))
    return { shape: readJsonSchema(json, !bounded), dialect: 'json', json, bounded }
  } catch (error) {
    return { shape: error instanceof LimitError ? tooLarge(error) : unwritten(error, vendor), dialect: 'json' }
  }
}

/** @throws UsageError that names what to pass instead, if it is no schema that parses */
export function checkSchema(schema: unknown, subject: string): asserts schema is StandardSchema {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null)
    throw new UsageError(`${subject} is ${excerpt(schema)}; it must be a schema: ${examples}`)
  if (isStandard(schema)) return
  const keys = Object.keys(schema)
  const fields = keys.filter((key) => isStandard(Reflect.get(schema, key)))
  if (keys.length > 0 && fields.length === keys.length)
    throw new UsageError(`${subject} is an object of schemas; wrap it: z.object({ ${shown(fields)} })`)
  if (isZod3(schema)) throw new UsageError(`${subject} is a schema of an old Zod 3; update zod to 3.25 or later`)
  throw new UsageError(
    ['type', 'properties', '$ref', '$schema', 'anyOf'].some((key) => key in schema)
      ? `${subject} looks like JSON Schema, which has no parser of its own; wrap it: jsonSchema({ … }) from 'toolloop/json-schema'`
      : `${subject} is ${excerpt(schema)}; it must be a schema: ${examples}`,
  )
}

const examples = 'z.object({ … }), or one of any library that implements Standard Schema'

function isStandard(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = Reflect.get(value, '~standard')
  return isObject(standard) && typeof standard['validate'] === 'function'
}

function shown(names: readonly string[]): string {
  return `${names
    .slice(0, 3)
    .map((name) => `${clip(name, 40)}: …`)
    .join(', ')}${names.length > 3 ? ', …' : ''}`
}

function withoutJsonSchema(vendor: string | undefined): string {
  const remedy =
    vendor === 'valibot'
      ? "wrap it: toStandardJsonSchema(schema) from '@valibot/to-json-schema'"
      : vendor === 'arktype'
        ? 'update arktype to 2.1.28 or later'
        : 'use Zod, or a library that implements Standard JSON Schema'
  return `is a schema of ${vendor ?? 'a library'} that carries no JSON Schema; ${remedy}`
}

/** Reports why the library cannot write the schema as JSON Schema. */
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

function tooLarge({ message }: LimitError): Shape {
  return {
    type: {
      kind: 'impossible',
      rule: 'limit:size',
      source: 'the schema',
      reason: message.replace('The JSON Schema', 'it'),
      remedy: 'make it smaller, and let it refer to itself by $ref',
    },
  }
}
