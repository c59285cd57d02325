/* oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-base-to-string -- looks at what it does not know */
// Makes a schema of `{ value: … }` from a construct's code, in each library.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import * as z3 from 'zod3'
import * as m from 'zod/mini'
import type { StandardSchema } from '../index.ts'
import { jsonSchema } from '../json-schema.ts'
import type { Construct, Library } from './constructs.ts'

export type Value = { value?: unknown }

/** The schemas of a construct, by library. */
export function schemasOf({ zod, code = {}, name }: Construct): [Library, StandardSchema<unknown, Value>][] {
  const codes: Partial<Record<Library, string>> = { ...(zod !== undefined && { zod4: zod, zod3: zod }), ...code }
  const optional = name === 'optional' || name === 'description'
  return Object.entries(codes).map(([library, text]) => [
    library as Library,
    make[library as Library](text, optional) as StandardSchema<unknown, Value>,
  ])
}

/** A JSON Schema property and ArkType's say whether a key may be absent in the object, not in the value. */
const make: Record<Library, (code: string, optional: boolean) => unknown> = {
  zod4: (code) => z.object({ value: run(code) as z.ZodType }),
  mini: (code) => m.object({ value: run(code) as m.ZodMiniType }),
  zod3: (code) => z3.object({ value: run(code, z3) as z3.ZodType }),
  valibot: (code) => toStandardJsonSchema(v.object({ value: run(code) as v.GenericSchema })),
  arktype: (code, optional) => type({ [optional ? 'value?' : 'value']: run(code) } as never),
  json: (code, optional) =>
    jsonSchema({ type: 'object', properties: { value: run(`(${code})`) }, required: optional ? [] : ['value'] }),
}

/** The code of the table is what is tested. */
export function run(code: string, zod: unknown = z): unknown {
  // oxlint-disable-next-line no-implied-eval, no-new-func, typescript/no-implied-eval -- the code stands in this folder
  return new Function('z', 'm', 'v', 'type', `return ${code}`)(zod, m, v, type)
}
