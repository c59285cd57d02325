import { UsageError } from '@toolloop/wire'
import type { Shape } from './shape.ts'
import type { StandardSchema } from './standard-schema.ts'
import { isZod4, readZod4 } from './zod4.ts'

/** Reads a schema of any library that can be read. @throws UsageError where it cannot */
export function readSource(schema: StandardSchema): Shape {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null)
    throw new UsageError(
      `A schema was expected, ${schema === null ? 'null' : typeof schema} was given; pass z.object({ … })`,
    )
  if (isZod4(schema)) return readZod4(schema)
  throw new UsageError('This schema carries no JSON Schema; use Zod, or a library with Standard JSON Schema')
}
