// What a model may write to do harm, by chance or by intent.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { diagnose, tool, ToolInputError } from '../index.ts'
import { jsonSchema } from '../json-schema.ts'
import { models } from '../test/models.ts'

describe('any arguments', () => {
  it('fit, or are an error for the model: never anything else', async () => {
    const cases = fc.tuple(
      models,
      fc.oneof(
        fc.json({ maxDepth: 6 }),
        fc.string(),
        fc.json().map((text) => `{"value":${text}}`),
      ),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([model, text]) => {
        const made = tool({ name: 'x', parameters: z.object({ value: model.make(z) }), strict: false })
        const thrown: unknown = await made.parse(text).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(thrown === undefined || thrown instanceof ToolInputError).toBe(true)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('hostile arguments', () => {
  const open = tool({ name: 'x', strict: false, parameters: z.looseObject({ a: z.unknown().optional() }) })

  it.each([10_000, 100_000])('may nest %i levels', async (levels) => {
    for (const text of [
      `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
      `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
    ])
      await expect(open.parse(text)).rejects.toThrow('nested more than 128 levels deep')
  })

  it('may nest 128 levels', async () => {
    await expect(open.parse(`{"a":${'['.repeat(127)}${']'.repeat(127)}}`)).resolves.toBeDefined()
    await expect(open.parse(`{"a":${'['.repeat(128)}${']'.repeat(128)}}`)).rejects.toThrow(ToolInputError)
  })

  it('may use the names of prototypes', async () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}}}'
    await open.parse(text)
    const strict = tool({
      name: 'x',
      strict: { record: 'pairs' },
      parameters: z
        .object({
          r: z.record(z.string(), z.unknown().pipe(z.string())).optional(),
          u: z.union([z.object({ t: z.literal('a'), d: z.date() }), z.object({ t: z.literal('b') })]).optional(),
          s: z.record(z.string(), z.string()).optional(),
        })
        .omit({ r: true }),
    })
    const parsed = await strict.parse(
      '{"u":{"t":"b","__proto__":{"polluted":1}},"s":[{"key":"__proto__","value":"x"},{"key":"constructor","value":"y"}]}',
    )
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
    expect(parsed.s).toMatchObject({ constructor: 'y' })
  })

  it('may make a recursive union undecided at every level', async () => {
    const node = {
      anyOf: [
        { type: 'object', properties: { n: { $ref: '#/$defs/n' }, a: { const: 1 } } },
        { type: 'object', properties: { n: { $ref: '#/$defs/n' }, b: { const: 1 } } },
      ],
    }
    const parameters = jsonSchema({ type: 'object', properties: { n: { $ref: '#/$defs/n' } }, $defs: { n: node } })
    const text = `${'{"n":'.repeat(100)}{"a":2,"b":2}${'}'.repeat(100)}`
    await expect(tool({ name: 'x', strict: false, parameters }).parse(text)).rejects.toThrow('too many ways to fit')
  })

  it('may ask a union of unions that doubles with every level', async () => {
    let union: z.ZodType = z.union([z.date(), z.object({ a: z.date() })])
    for (let level = 0; level < 40; level++) union = z.union([union.describe(`${level}`), union.describe(`${level}!`)])
    expect(diagnose(z.object({ union })).length).toBeLessThan(100)
  })

  it('may be a long chain of a union without discriminator', async () => {
    const node: z.ZodType = z.union([
      z.object({ op: z.literal('a'), next: z.lazy(() => node).nullable() }),
      z.object({ op: z.literal('b'), next: z.lazy(() => node).nullable() }),
    ])
    const parameters = z.object({ node })
    expect(diagnose(parameters).map(({ rule, severity }) => [severity, rule])).toEqual([['warning', 'recursive-union']])
    await expect(tool({ name: 'x', parameters }).parse(chain(10))).resolves.toBeDefined()
    await expect(tool({ name: 'x', parameters }).parse(chain(100))).rejects.toThrow('nested more than 19 levels deep')
  })

  it('may hold patterns that would never end, and 10,000 items to compare', async () => {
    const parameters = jsonSchema({
      type: 'object',
      properties: {
        p: { type: 'string', pattern: '^(a+)+$' },
        l: { type: 'array', items: { type: 'number' }, uniqueItems: true },
      },
    })
    const matching = tool({ name: 'x', parameters })
    expect(await matching.parse(`{"p":"${'a'.repeat(60)}!","l":null}`)).toHaveProperty('p')
    await expect(
      matching.parse(`{"l":${JSON.stringify(Array.from({ length: 10_000 }, (_, index) => index))}}`),
    ).rejects.toThrow('at most 1000 items')
  })
})

function chain(levels: number): string {
  return `{"node":${'{"op":"b","next":'.repeat(levels)}null${'}'.repeat(levels)}}`
}
