/* oxlint-disable typescript/no-unsafe-type-assertion -- each writer takes the schemas of its own library */
// The libraries' own writers of JSON Schema as witnesses: read through them, a schema has the same definition.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { zodToJsonSchema } from 'zod-to-json-schema'
import { strictJsonSchema, type JsonSchema, type StandardSchema } from './index.ts'
import { constructs } from './test/constructs.ts'
import { schemasOf } from './test/libraries.ts'

/** What JSON Schema cannot carry, or carries in other words: there our own reader is the better witness. */
const different: Readonly<Record<string, readonly string[]>> = {
  zod4: [
    // Zod writes no schema for these.
    'bigint literal',
    'date',
    'coerced date',
    'bigint',
    'set',
    'map, as pairs',
    'union with undefined',
    'catch',
    // It writes less, or more, than the source says.
    'template literal',
    'pattern with flags or lookaround',
    'date-time in UTC',
    'time',
    'other formats',
    'prefault',
    'one object in two places',
    'recursion',
    'start and end of a string',
    'discriminated union',
    'loose object, closed',
    'optional items',
    'partial record',
  ],
  zod3: [
    'bigint literal',
    'date',
    'coerced date',
    'bigint',
    'set',
    'map, as pairs',
    'union with undefined',
    'catch',
    'pattern with flags or lookaround',
    'date-time in UTC',
    'start and end of a string',
    'recursion',
    'optional items',
    'preprocess',
    'partial record',
    'loose object, closed',
    'TypeScript enum',
    'discriminated union',
    'intersection with a union',
  ],
}

const write: Readonly<Record<string, (schema: StandardSchema) => unknown>> = {
  zod4: (schema) => z.toJSONSchema(schema as unknown as z.ZodType, { io: 'input' }),
  zod3: (schema) =>
    zodToJsonSchema(schema as never, { pipeStrategy: 'input', effectStrategy: 'input', $refStrategy: 'root' }),
}

const cases = constructs
  .filter(({ definition }) => definition)
  .flatMap((construct) => schemasOf(construct).map(([library, schema]) => ({ ...construct, library, schema })))
  .filter(({ name, library }) => library in write && !different[library]?.includes(name))

describe('the JSON Schema of the library itself', () => {
  it.each(cases)('gives the same definition: $name ($library)', ({ library, schema, options }) => {
    const written = write[library]?.(schema) as JsonSchema
    expect(strictJsonSchema(ofLibrary(written), options)).toEqual(strictJsonSchema(schema, options))
  })
})

/** What a library with Standard JSON Schema would hand over. */
function ofLibrary(json: JsonSchema): StandardSchema {
  return { '~standard': { version: 1, vendor: 'witness', validate: accept, jsonSchema: { input: () => json } } }
}

function accept(value: unknown): { value: unknown } {
  return { value }
}
