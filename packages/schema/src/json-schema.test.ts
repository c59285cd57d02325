import { LimitError } from '@toolloop/wire'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { diagnose, SchemaError, strictJsonSchema, tool, ToolInputError, type JsonSchema } from './index.ts'
import { jsonSchema } from './json-schema.ts'
import { models } from './test/models.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const options = { record: 'pairs', tuple: 'object' } as const

/** What does not fit, as `path: message`. */
async function issuesOf(schema: JsonSchema, value: unknown): Promise<string[]> {
  const result = await jsonSchema(schema)['~standard'].validate(value)
  return (result.issues ?? []).map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`)
}

describe('jsonSchema', () => {
  it('judges as a validator does that compiles', async () => {
    const cases = models.chain((model) =>
      fc.tuple(
        fc.constant(model),
        fc.oneof(
          model.value.map((value) => model.write(value)),
          fc.jsonValue(),
        ),
      ),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([model, wire]) => {
        const source = z.object({ value: model.make(z) })
        if (diagnose(source, options).length > 0) return
        const definition = withoutText(strictJsonSchema(source, options))
        const value: unknown = JSON.parse(JSON.stringify({ value: wire }))
        const verdict = (await issuesOf(definition, value)).length === 0
        expect(verdict).toBe(ajv.validate(definition, value))
      }),
      { numRuns: 300 },
    )
  })

  it('takes anything for a schema: a tool, or an error with findings', async () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'required',
      'items',
      'prefixItems',
      'anyOf',
      'oneOf',
      'allOf',
      'not',
      'if',
      'then',
      'enum',
      'const',
      '$ref',
      '$defs',
      '$id',
      'additionalProperties',
      'patternProperties',
      'pattern',
      'format',
      'minimum',
      'exclusiveMinimum',
      'minLength',
      'uniqueItems',
      'nullable',
      'default',
      'description',
      'a',
      '__proto__',
    )
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          'object',
          'string',
          'array',
          '#',
          '#/$defs/a',
          '#/properties/a',
          null,
          true,
          false,
          1,
          -1,
          'a',
          ['a'],
          [],
          {},
          ['string', 'null'],
        ),
        fc.dictionary(keyword, tie('node'), { maxKeys: 5 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    }))
    const cases = fc.tuple(fc.dictionary(keyword, node, { maxKeys: 6 }), fc.boolean(), fc.json())
    await fc.assert(
      fc.asyncProperty(cases, async ([schema, strict, value]) => {
        const thrown = await attempt(async () => {
          await tool({ name: 'x', strict, parameters: jsonSchema({ type: 'object', ...schema }) }).parse(
            `{"a":${value}}`,
          )
        })
        expect(thrown === undefined || thrown instanceof SchemaError || thrown instanceof ToolInputError).toBe(true)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    [{ enum: 'x' }, '`enum`: must be an array'],
    [{ anyOf: {} }, '`anyOf`: must be an array'],
    [{ $ref: 5 }, '`$ref`: must be a string'],
    [{ properties: [] }, '`properties`: must be an object'],
    [{ minimum: 1, exclusiveMinimum: 'x' }, '`exclusiveMinimum`: must be a number'],
    [{ type: ['string', 5] }, 'type number: JSON Schema has no such type'],
  ])('finds that %j is no JSON Schema', (schema, message) => {
    const found = diagnose(jsonSchema({ type: 'object', properties: { a: schema } }))
    expect(found.map((finding) => finding.message)).toEqual([message])
  })

  it('reads the spellings of older drafts', async () => {
    const tuple = { type: 'array', items: [{ type: 'string' }], additionalItems: false }
    expect(await issuesOf(tuple, ['a'])).toEqual([])
    expect(await issuesOf(tuple, [1])).toEqual(['0: expected string'])
    expect(await issuesOf(tuple, ['a', 'b'])).toEqual(['1: not allowed here'])
    const named = { $ref: '#/definitions/a', definitions: { a: { type: 'string', nullable: true } } }
    expect(await issuesOf(named, null)).toEqual([])
    expect(await issuesOf(named, 1)).toEqual([': expected string or null'])
  })

  it('enforces what no definition can say', async () => {
    const schema = {
      type: 'object',
      properties: { a: { not: { const: 1 } }, kind: { type: 'string' } },
      if: { properties: { kind: { const: 'x' } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ['a'] },
      dependentRequired: { b: ['kind'] },
      maxProperties: 2,
    }
    expect(await issuesOf(schema, { kind: 'x', a: 2 })).toEqual([])
    expect(await issuesOf(schema, { kind: 'x' })).toContain('a: required, but not received')
    expect(await issuesOf(schema, { kind: 'y', a: 1 })).toHaveLength(1)
    expect((await issuesOf(schema, { kind: 'y', a: 2, c: 3 })).length).toBeGreaterThan(0)
  })

  it('allows what a pattern would have allowed', async () => {
    const schema = { type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false }
    expect(await issuesOf(schema, { 'x-a': 'b' })).toEqual([])
    expect(await issuesOf({ type: 'string', pattern: '[' }, 'anything')).toEqual([])
    expect(await issuesOf({ type: 'string', format: 'regex' }, '[')).toEqual([])
  })

  it('keeps a copy: the schema may change afterwards', async () => {
    const schema: JsonSchema = { type: 'object', properties: { a: { type: 'string' } } }
    const made = jsonSchema(schema)
    schema['properties'] = { a: { type: 'number' } }
    expect(strictJsonSchema(made)).toMatchObject({ properties: { a: { type: ['string', 'null'] } } })
    expect(await made['~standard'].validate({ a: 'x' })).toEqual({ value: { a: 'x' } })
  })

  it('reads keys of prototypes as keys', async () => {
    const schema = {
      type: 'object',
      properties: { constructor: { type: 'string' } },
      required: ['toString'],
      additionalProperties: false,
    }
    expect(await issuesOf(schema, JSON.parse('{"constructor":"a","toString":1}'))).toEqual([
      'toString: not allowed here',
    ])
    expect(await issuesOf(schema, {})).toContain('toString: required, but not received')
    expect(
      (await issuesOf({ type: 'object', additionalProperties: false }, JSON.parse('{"__proto__":1}'))).length,
    ).toBe(1)
  })

  it('rejects a schema too deep to interpret', async () => {
    let deep: JsonSchema = { type: 'string' }
    for (let level = 0; level < 600; level++) deep = { type: 'array', items: deep }
    await expect(issuesOf(deep, [])).rejects.toThrow(LimitError)
  })
})

async function attempt(run: () => Promise<void>): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return undefined
}

/** Patterns and formats are judged by different rules. */
function withoutText(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    (key === 'pattern' || key === 'format') && typeof value === 'string' ? undefined : value,
  )
  const copy: unknown = JSON.parse(text)
  return typeof copy === 'object' && copy !== null ? { ...copy } : {}
}
