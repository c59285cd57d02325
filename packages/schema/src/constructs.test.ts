import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { diagnose, responseFormat, strictJsonSchema, type JsonSchema } from './index.ts'
import { constructs, type Construct } from './test/constructs.ts'
import { schemasOf } from './test/libraries.ts'
import { violations } from './test/subset.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const cases = constructs.flatMap((construct) =>
  schemasOf(construct).map(([library, schema]) => ({
    ...construct,
    library,
    schema,
    title: `${construct.name} (${library})`,
  })),
)

/** What the whole definition should be. */
function expected({ definition, definitions }: Construct): JsonSchema {
  return {
    type: 'object',
    properties: { value: definition },
    required: ['value'],
    additionalProperties: false,
    ...(definitions && { $defs: definitions }),
  }
}

describe('every construct', () => {
  it.each(cases.filter(({ definition }) => definition))(
    'has its definition: $title',
    ({ schema, options, ...construct }) => {
      const written = strictJsonSchema(schema, options)
      expect(written).toEqual(expected(construct))
      expect(violations(written)).toEqual([])
      expect(ajv.validateSchema(written)).toBe(true)
    },
  )

  it.each(cases.filter(({ error }) => error))('is an error with a remedy: $title', ({ schema, options, error }) => {
    const findings = diagnose(schema, options)
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([[error, 'error']])
    expect(findings[0]?.path).toMatch(/^schema/)
    expect(findings[0]?.remedy).not.toBe('')
    expect(() => strictJsonSchema(schema, options)).toThrow(/ → |→/)
  })

  it.each(cases.filter(({ error }) => !error))('has its warnings: $title', ({ schema, options, warning }) => {
    expect(diagnose(schema, options).map(({ rule }) => rule)).toEqual(warning ? [warning] : [])
  })

  const back = cases.flatMap((one) => (one.back ?? []).map(([wire, value]) => ({ ...one, wire, value })))
  it.each(back)('comes back: $title $wire', async ({ schema, options, wire, value }) => {
    const format = responseFormat(schema, { name: 'x', strict: options ?? true })
    const parsed = await format.parse(JSON.stringify({ value: wire }))
    expect(parsed).toEqual(value === undefined ? {} : { value })
  })

  it.each(back)('is written as the definition says: $title $wire', ({ schema, options, wire }) => {
    ajv.validate(strictJsonSchema(schema, options), { value: wire })
    expect(ajv.errors).toBe(null)
  })

  const rejected = cases.flatMap((one) => (one.rejected ?? []).map((wire) => ({ ...one, wire })))
  it.each(rejected)('rejects: $title $wire', async ({ schema, options, wire }) => {
    const format = responseFormat(schema, { name: 'x', strict: options ?? true })
    await expect(format.parse(JSON.stringify({ value: wire }))).rejects.toThrow(/value/)
  })
})
