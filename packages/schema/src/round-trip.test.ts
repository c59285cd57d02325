/* oxlint-disable typescript/no-unsafe-type-assertion -- the part that both versions share */
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as z3 from 'zod3'
import { diagnose, responseFormat, strictJsonSchema, type StandardSchema, type StrictOptions } from './index.ts'
import { models, type Library } from './test/models.ts'
import { violations } from './test/subset.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const options: StrictOptions = { record: 'pairs', tuple: 'object' }
const libraries: readonly [string, Library][] = [
  ['Zod 4', z],
  ['Zod 3', z3 as unknown as Library],
]
const cases = models.chain((model) => fc.record({ model: fc.constant(model), value: model.value }))

describe.each(libraries)('any schema of %s', (_, library) => {
  it('has a definition in the subset, or a finding that it is nested too deep', () => {
    fc.assert(
      fc.property(models, (model) => {
        const schema = library.object({ value: model.make(library) })
        const rules = diagnose(schema, options).filter(({ severity }) => severity === 'error')
        expect(rules.filter(({ rule }) => rule !== 'limit:depth')).toEqual([])
        if (rules.length > 0) return
        const written = strictJsonSchema(schema, options)
        expect(violations(written)).toEqual([])
        expect(ajv.validateSchema(written)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('takes back what the definition asks for', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ model, value }) => {
        const schema: StandardSchema & { parse(value: unknown): unknown } = library.object({
          value: model.make(library),
        })
        if (diagnose(schema, options).some(({ severity }) => severity === 'error')) return
        const wire = JSON.parse(JSON.stringify({ value: model.write(value) })) as unknown
        ajv.validate(strictJsonSchema(schema, options), wire)
        expect(ajv.errors).toBe(null)
        const format = responseFormat(schema, { name: 'x', strict: options })
        expect(await format.parse(JSON.stringify(wire))).toEqual(schema.parse({ value: model.canon(value) }))
      }),
      { numRuns: 500 },
    )
  })

  it('writes the same bytes for the same meaning', () => {
    fc.assert(
      fc.property(models, (model) => {
        const [one, two] = [model, model].map((same) =>
          JSON.stringify(diagnoseAnd(library.object({ value: same.make(library) }))),
        )
        expect(one).toBe(two)
      }),
      { numRuns: 100 },
    )
  })
})

function diagnoseAnd(schema: StandardSchema): unknown {
  const findings = diagnose(schema, options)
  return findings.length > 0 ? findings : strictJsonSchema(schema, options)
}
