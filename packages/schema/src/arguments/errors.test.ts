// Errors are read by people (SchemaError) and by models (the others): their text is under test.
import { inspect } from 'node:util'
import { ToolloopError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as z3 from 'zod3'
import {
  OutputError,
  responseFormat,
  SchemaError,
  strictJsonSchema,
  tool,
  ToolInputError,
  ToolRetry,
  type StandardSchema,
} from '../index.ts'
import { jsonSchema } from '../json-schema.ts'

describe('SchemaError', () => {
  it('lists every violation, with path, value and remedy', () => {
    const parameters = z.object({
      filter: z.record(z.string(), z.any()),
      where: z.object({
        at: z.tuple([z.number(), z.number()]),
        tags: z.array(z.looseObject({ 'content-type': z.symbol() })),
      }),
      kind: z.union([z.object({ type: z.literal('a'), extra: z.unknown() }), z.string()]),
      both: z.string().and(z.number()),
    })
    expect(messageOf(() => tool({ name: 'look up', parameters }))).toMatchInlineSnapshot(`
      "Tool \`look up\` would be rejected by the API, 8 problems:
        name: the name \`look up\` is not 1 to 64 letters, digits, \`_\` or \`-\`
          → name: 'look_up'
        parameters.filter: a record has arbitrary keys, which the strict subset cannot express
          → z.object({ … }) with the keys you know, or strict: { record: 'pairs' }
        parameters.filter.*: z.any() has no type that the API could enforce
          → z.string().describe('JSON').transform((text) => JSON.parse(text))
        parameters.where.at: the strict subset has no tuples
          → z.object({ … }) with a name for each place, or strict: { tuple: 'object' }
        parameters.where.tags[]: the object keeps unknown keys
          → z.object({ … }), or strict: { openObject: 'closed' }
        parameters.where.tags[]["content-type"]: z.symbol(): JSON has no symbols
          → z.string()
        parameters.kind.options[0].extra: z.unknown() has no type that the API could enforce
          → z.string().describe('JSON').transform((text) => JSON.parse(text))
        parameters.both: an intersection: no value is both a string and a number, or none that one schema can describe
          → write the one schema that fits both"
    `)
  })

  it('speaks of a root that is no object', () => {
    expect(messageOf(() => tool({ name: 'list', parameters: z.array(z.string()) }))).toMatchInlineSnapshot(`
      "Tool \`list\` would be rejected by the API, 1 problem:
        parameters: the root is an array, but must be an object
          → z.object({ value: … })"
    `)
    const either = z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])
    expect(messageOf(() => responseFormat(either, { name: 'either' }))).toMatchInlineSnapshot(`
      "Response format \`either\` would be rejected by the API, 1 problem:
        schema: the root is a union, but must be an object
          → z.object({ value: … })"
    `)
  })

  it('speaks JSON Schema to those who wrote it', () => {
    const schema = jsonSchema({
      type: 'object',
      properties: {
        any: {},
        map: { type: 'object', additionalProperties: { type: 'string' } },
        list: { type: 'array' },
        kind: { type: 'text' },
      },
    })
    expect(messageOf(() => strictJsonSchema(schema))).toMatchInlineSnapshot(`
      "The schema would be rejected by the API, 4 problems:
        schema.any: a schema without a type has no type that the API could enforce
          → { "type": "string", "description": "JSON" }, or name a type
        schema.map: a record has arbitrary keys, which the strict subset cannot express
          → name the keys with "properties", or strict: { record: 'pairs' }
        schema.list[]: an array without \`items\` has no type that the API could enforce
          → "items": { "type": "string" }
        schema.kind: type "text": JSON Schema has no such type
          → use string, number, integer, boolean, object, array or null"
    `)
  })

  it('is short however much is wrong', () => {
    const wrong = z.object(Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, z.any()])))
    const message = messageOf(() => strictJsonSchema(wrong))
    expect(message.length).toBeLessThan(5000)
    expect(message).toContain('and 980 more')
  })

  it('says what to do with what is no schema', () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JavaScript callers may pass
    const wrong = [
      undefined,
      null,
      'string',
      {},
      { a: z.string(), b: z3.string() },
      { a: z.string(), b: 1 },
      { type: 'object', properties: {} },
      { '~standard': { version: 1, vendor: 'valibot', validate: () => ({ value: 1 }) } },
    ] as StandardSchema[]
    const messages = wrong.map((schema) => messageOf(() => strictJsonSchema(schema)))
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "The schema of strictJsonSchema() is nothing; it must be a schema: z.object({ … }), or one of any library that implements Standard Schema
      The schema of strictJsonSchema() is null; it must be a schema: z.object({ … }), or one of any library that implements Standard Schema
      The schema of strictJsonSchema() is "string"; it must be a schema: z.object({ … }), or one of any library that implements Standard Schema
      The schema of strictJsonSchema() is an object with no keys; it must be a schema: z.object({ … }), or one of any library that implements Standard Schema
      The schema of strictJsonSchema() is an object of schemas; wrap it: z.object({ a: …, b: … })
      The schema of strictJsonSchema() is an object with a, b; it must be a schema: z.object({ … }), or one of any library that implements Standard Schema
      The schema of strictJsonSchema() looks like JSON Schema, which has no parser of its own; wrap it: jsonSchema({ … }) from 'toolloop/json-schema'
      The schema of strictJsonSchema() is a schema of valibot that carries no JSON Schema; wrap it: toStandardJsonSchema(schema) from '@valibot/to-json-schema'"
    `)
  })
})

describe('ToolInputError', () => {
  const parameters = z.object({
    city: z.string().min(2),
    days: z.int().min(1).max(7),
    unit: z.enum(['celsius', 'fahrenheit']),
    where: z.object({ lat: z.number(), tags: z.array(z.string()) }),
    when: z.union([z.iso.date(), z.object({ from: z.iso.date(), to: z.iso.date() })]),
    headers: z.record(z.string(), z.number()),
    at: z.tuple([z.number(), z.date()]),
    who: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('person'), name: z.string() }),
      z.object({ kind: z.literal('robot') }),
    ]),
  })
  const strict = { record: 'pairs', tuple: 'object' } as const
  const bad = JSON.stringify({
    city: 'O',
    days: 9,
    unit: 'kelvin',
    where: { lat: '59', tags: ['a', 2] },
    when: { from: '2026-11-22', to: 'later' },
    headers: [
      { key: 'a', value: 1 },
      { key: 'b', value: 'two' },
    ],
    at: { '0': 1, '1': 'noon' },
    who: { kind: 'person' },
  })

  it('tells the model path, expectation and what came, in one line each', async () => {
    expect(await rejection(tool({ name: 'plan', parameters, strict }).parse(bad))).toMatchInlineSnapshot(`
      "Invalid arguments for \`plan\`, nothing was run:
      - city: Too small: expected string to have >=2 characters, received "O"
      - days: Too big: expected number to be <=7, received 9
      - unit: Invalid option: expected one of "celsius"|"fahrenheit", received "kelvin"
      - where.lat: expected number, received "59"
      - where.tags[1]: expected string, received 2
      - when.to: Invalid ISO date, received "later"
      - headers[1].value: expected number, received "two"
      - at["1"]: expected an ISO 8601 date and time, received "noon"
      - who.name: expected string, received nothing"
    `)
  })

  it('reads the same with Zod 3 and JSON Schema', async () => {
    const three = z3.object({
      city: z3.string().min(2),
      n: z3.union([z3.string(), z3.object({ a: z3.number() })]),
      k: z3.enum(['a', 'b']),
    })
    expect(await rejection(tool({ name: 'x', parameters: three }).parse('{"city":"O","n":{"a":"1"},"k":"c"}')))
      .toMatchInlineSnapshot(`
        "Invalid arguments for \`x\`, nothing was run:
        - city: String must contain at least 2 character(s), received "O"
        - n.a: expected number, received "1"
        - k: Invalid enum value. Expected 'a' | 'b', received 'c'"
      `)
    const json = jsonSchema({
      type: 'object',
      properties: {
        city: { type: 'string', minLength: 2 },
        n: { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: { type: 'number' } } }] },
        k: { enum: ['a', 'b'] },
        missing: { type: 'string' },
      },
      required: ['city', 'missing'],
      additionalProperties: false,
    })
    expect(await rejection(tool({ name: 'x', parameters: json }).parse('{"city":"O","n":{"a":"1"},"k":"c","z":1}')))
      .toMatchInlineSnapshot(`
      "Invalid arguments for \`x\`, nothing was run:
      - missing: required, but not received
      - city: String is too short (1 < 2), received "O"
      - k: expected one of "a","b", received "c"
      - z: not allowed here, received 1
      - n.a: expected number, received "1""
    `)
  })

  it.each(['nonsense', '{"city":', '[]', 'null', '"{}"', '{} {}', '7'])(
    'tells the model that %j is no JSON object',
    async (text) => {
      const message = await rejection(tool({ name: 'x', parameters, strict }).parse(text))
      expect(message).toMatch(
        /^Invalid arguments for `x`, nothing was run:\n- (not valid JSON: |expected one JSON object, received )/,
      )
      expect(message.split('\n')).toHaveLength(2)
    },
  )

  it('is bounded: ten lines of at most 240 characters', async () => {
    const many = tool({ name: 'x', parameters: z.object({ list: z.array(z.number()) }) })
    const message = await rejection(
      many.parse(JSON.stringify({ list: Array.from({ length: 50_000 }, () => 'x'.repeat(50)) })),
    )
    expect(message.split('\n')).toHaveLength(12)
    expect(message).toMatch(/- and \d+ more$/)
    const long = tool({ name: 'x', parameters: z.object({ a: z.literal('b') }) })
    const lines = (await rejection(long.parse(JSON.stringify({ a: 'x'.repeat(1_000_000) })))).split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(240)
  })

  it('keeps the arguments out of logs', async () => {
    const error: unknown = await tool({ name: 'x', parameters: z.object({ a: z.number() }) })
      .parse('{"a":"secret","b":"hunter2"}')
      .catch((thrown: unknown) => thrown)
    if (!(error instanceof ToolInputError)) throw new Error('expected a ToolInputError')
    expect(error.arguments).toContain('hunter2')
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(inspect(error)).not.toContain('hunter2')
    expect(inspect(error)).not.toContain('cause')
    expect(error).toMatchObject({ code: 'tool_input', tool: 'x', issues: [{ path: 'a', message: expect.any(String) }] })
  })
})

describe('OutputError', () => {
  it('carries issues and the text', async () => {
    const format = responseFormat(z.object({ n: z.number() }), { name: 'count' })
    const error: unknown = await format.parse('{"n":"many"}').catch((thrown: unknown) => thrown)
    if (!(error instanceof OutputError)) throw new Error('expected an OutputError')
    expect(error.message).toMatchInlineSnapshot(`
      "The answer does not fit \`count\`:
      - n: expected number, received "many""
    `)
    expect(error.text).toBe('{"n":"many"}')
    expect(Object.keys(error)).not.toContain('text')
    expect(error.issues).toEqual([{ path: 'n', message: 'expected number, received "many"' }])
  })
})

describe('every error', () => {
  const errors = [
    new SchemaError('A', []),
    new ToolInputError('a', '', []),
    new OutputError('a', []),
    new ToolRetry('say this'),
  ]

  it('is a ToolloopError of its own brand only', () => {
    const types = [SchemaError, ToolInputError, OutputError, ToolRetry]
    for (const [index, error] of errors.entries()) {
      expect(error).toBeInstanceOf(ToolloopError)
      expect(types.map((type) => error instanceof type)).toEqual(types.map((_, other) => other === index))
    }
  })
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ToolloopError) return error.message
    throw error
  }
  return 'nothing was thrown'
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ToolloopError) return error.message
    throw error
  }
  return 'nothing was thrown'
}
