/* oxlint-disable typescript/no-unsafe-type-assertion -- the code of the table makes schemas */
// The first release of Zod 4 (inside Zod 3.25) is read like the newest.
import { describe, expect, it } from 'vitest'
import * as z from 'zod3/v4'
import { diagnose, strictJsonSchema } from '../index.ts'
import { constructs } from '../test/constructs.ts'
import { run } from '../test/libraries.ts'

/** What it writes in other words, or does not have. */
const different = ['template literal', 'other formats', 'codec', 'function']
const cases = constructs
  .map((construct) => ({ ...construct, text: construct.code?.zod4 ?? construct.zod ?? '' }))
  .filter(({ name, text }) => text !== '' && !different.includes(name))

describe('Zod 4.0', () => {
  it.each(cases.filter(({ definition }) => definition))('$name', ({ text, options, definition }) => {
    const schema = z.object({ value: run(text, z) as z.ZodType })
    expect(strictJsonSchema(schema, options)).toHaveProperty('properties.value', definition)
  })

  it.each(cases.filter(({ error }) => error))('$name', ({ text, options, error }) => {
    const schema = z.object({ value: run(text, z) as z.ZodType })
    expect(diagnose(schema, options).map(({ rule }) => rule)).toEqual([error])
  })
})
