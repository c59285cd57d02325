import { UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  customTool,
  diagnose,
  functionDefinition,
  OutputError,
  parseArguments,
  responseFormat,
  strictJsonSchema,
  tool,
  ToolInputError,
  type ToolContext,
} from '../index.ts'
import { jsonSchema } from '../json-schema.ts'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({
    city: z.string().describe('As people write it'),
    unit: z.enum(['celsius', 'fahrenheit']).default('celsius'),
    days: z.int().min(1).max(7).optional(),
  }),
  execute: ({ city, unit }) => `${city} in ${unit}`,
})

const context: ToolContext = {
  signal: new AbortController().signal,
  call: { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
  context: undefined,
  step: 0,
  runId: 'run',
  attempt: 1,
  idempotencyKey: 'run/0/call_1',
  progress: () => undefined,
}

describe('tool', () => {
  it('writes a strict function definition', () => {
    expect(functionDefinition(weather)).toEqual({
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Current weather in a city',
        strict: true,
        parameters: {
          type: 'object',
          properties: {
            city: { type: 'string', description: 'As people write it' },
            unit: {
              description: 'Default: "celsius"',
              anyOf: [{ type: 'string', enum: ['celsius', 'fahrenheit'] }, { type: 'null' }],
            },
            days: { type: ['integer', 'null'], minimum: 1, maximum: 7 },
          },
          required: ['city', 'unit', 'days'],
          additionalProperties: false,
        },
      },
    })
  })

  it('gives `execute` what the schema parses', async () => {
    const args = await parseArguments(weather, '{"city":"Oslo","unit":null,"days":null}')
    expect(args).toEqual({ city: 'Oslo', unit: 'celsius' })
    expect(await weather.execute?.(args, context)).toBe('Oslo in celsius')
  })

  it('has an `execute` that may use its own options as `this`', async () => {
    const counting = tool({
      name: 'count',
      description: 'Counts',
      execute() {
        return this.description
      },
    })
    expect(await counting.execute?.({}, context)).toBe('Counts')
  })

  it('tells no default that is made anew each time', () => {
    const parameters = z.object({
      id: z.string().default(() => crypto.randomUUID()),
      at: z.date().default(() => new Date()),
      stamp: z.number().default(() => Date.now()),
      day: z.string().default(() => new Date().toISOString()),
      since: z.date().default(new Date(0)),
    })
    const text = JSON.stringify(strictJsonSchema(parameters))
    expect(text.match(/Default/g)).toHaveLength(1)
    expect(text).toContain(String.raw`Default: \"1970-01-01T00:00:00.000Z\"`)
  })

  it('takes no arguments without parameters', async () => {
    const now = tool({ name: 'now', execute: () => 1 })
    expect(now.definition).toMatchObject({ function: { parameters: { type: 'object', properties: {}, required: [] } } })
    expect(await now.parse('')).toEqual({})
    expect(await now.parse(' {} ')).toEqual({})
    await expect(now.parse('{"a":1}')).rejects.toThrow(/a: the tool takes no arguments/)
  })

  it('reads empty text as no arguments', async () => {
    const all = tool({ name: 'x', parameters: z.object({ a: z.string().optional() }) })
    for (const text of ['', '  ', '{}', '{"a":null}']) expect(await all.parse(text)).toEqual({})
    await expect(weather.parse('')).rejects.toThrow(/city: expected string, received nothing/)
  })

  it('may only be described', () => {
    expect(tool({ name: 'x', parameters: z.object({}) })).not.toHaveProperty('execute')
  })

  it('runs asynchronous refinements and transforms', async () => {
    const taken = z.string().refine(async (name) => Promise.resolve(name !== 'taken'), 'expected a free name')
    const register = tool({
      name: 'x',
      parameters: z.object({ name: taken.transform(async (name) => Promise.resolve(name.length)) }),
    })
    expect(await register.parse('{"name":"free"}')).toEqual({ name: 4 })
    await expect(register.parse('{"name":"taken"}')).rejects.toThrow('name: expected a free name, received "taken"')
  })

  it('turns a transform that throws into an error the model can read', async () => {
    const parameters = z.object({ json: z.string().transform((text): unknown => JSON.parse(text)) })
    const error: unknown = await tool({ name: 'x', parameters })
      .parse('{"json":"{"}')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ToolInputError)
    expect(error).toMatchObject({
      message: expect.stringContaining('could not be read: '),
      cause: expect.any(SyntaxError),
    })
  })

  it('validates and returns the same parsed value: of two keys the last', async () => {
    expect(await weather.parse('{"city":"Rome","city":"Oslo"}')).toMatchObject({ city: 'Oslo' })
  })

  it('has a policy with its defaults', () => {
    expect(tool({ name: 'x' }).policy.effects).toBe('unsafe')
    const policy = {
      effects: 'none',
      timeout: 5,
      retries: 2,
      loopKey: false,
      needsApproval: true,
      onInterrupted: 'report',
      onError: 'throw',
      enabled: false,
      limit: { concurrency: 2 },
    } as const
    expect(tool({ name: 'x', ...policy }).policy).toEqual(policy)
  })

  it('keeps a limit as it was when the tool was made', () => {
    const limit = { concurrency: 2, prefix: 'k', key: (args: unknown): string => JSON.stringify(args) }
    const { prefix: _, ...mine } = limit
    const { policy } = tool({ name: 'x', limit: mine })
    mine.concurrency = 5
    expect(policy.limit?.concurrency).toBe(2)
    expect(policy.limit?.key?.({}, undefined)).toBe('{}')
    expect(Object.isFrozen(policy.limit)).toBe(true)
  })

  const timer = 'it must be a number of milliseconds above 0, and at most 2147483647 (24.8 days).'
  const count = 'it must be a whole number of at least 1, or Infinity.'
  it.each([
    [{ effects: 'maybe' }, '`effects` is "maybe"; it must be "none" or "idempotent" or "unsafe".'],
    [{ timeout: 0 }, `\`timeout\` is 0; ${timer}`],
    [{ timeout: Number.NaN }, `\`timeout\` is NaN; ${timer}`],
    [{ timeout: 2 ** 31 }, `\`timeout\` is 2147483648; ${timer}`],
    [{ timeout: '5s' }, `\`timeout\` is "5s"; ${timer}`],
    [{ retries: -1 }, '`retries` is -1; it must be a whole number of at least 0.'],
    [{ description: ['x'] }, '`description` is ["x"]; it must be a text.'],
    [{ execute: 5 }, '`execute` is 5; it must be a function.'],
    [{ onError: 'trow' }, '`onError` is "trow"; it must be "message" or "throw" or a function.'],
    [{ enabled: 'yes' }, '`enabled` is "yes"; it must be true or false or a function.'],
    [{ needsApproval: 'always' }, '`needsApproval` is "always"; it must be true or false or a function.'],
    [{ onInterrupted: 'retry' }, '`onInterrupted` is "retry"; it must be "ask" or "report" or "rerun" or a function.'],
    [{ loopKey: true }, '`loopKey` is true; it must be false or a function.'],
    [{ limit: { concurrency: 0 } }, `\`limit\`: \`concurrency\` is 0; ${count}`],
    [
      { limit: { concurency: 1 } },
      '`limit` has no option `concurency`; there are concurrency, interval, intervalCap, key.',
    ],
    [
      { limit: { interval: 1000 } },
      '`limit`: `interval` needs `intervalCap`: at most that many start per interval. Got {"interval":1000}.',
    ],
    [{ limit: 'x' }, '`limit` takes an object of options, not "x"; there are concurrency, interval, intervalCap, key.'],
  ])('rejects the policy %j', (policy, message) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JavaScript callers may pass
    const options = { name: 'x', ...policy } as { name: string }
    const error = new UsageError(`Tool \`x\`: ${message}`)
    expect(() => tool(options)).toThrow(error)
    expect(() => customTool(options)).toThrow(error)
  })

  it('is frozen, and so is what the request carries', () => {
    expect(Object.isFrozen(weather)).toBe(true)
    const visit = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every((inner) => visit(inner)))
    expect(visit(weather.definition)).toBe(true)
  })

  it('converts a schema once, and writes the same bytes for the same schema', () => {
    const [schema, other] = ['', ''].map(() => z.object({ b: z.string(), a: z.array(z.object({ c: z.int() })) }))
    if (!schema || !other) throw new Error('expected two')
    expect(strictJsonSchema(schema)).toBe(strictJsonSchema(schema))
    expect(JSON.stringify(strictJsonSchema(other))).toBe(JSON.stringify(strictJsonSchema(schema)))
    expect(strictJsonSchema(schema, { fineTuned: true })).not.toBe(strictJsonSchema(schema))
  })
})

describe('a tool that is not strict', () => {
  const loose = tool({
    name: 'x',
    strict: false,
    parameters: z.looseObject({
      any: z.any(),
      headers: z.record(z.string(), z.date()).default({}),
      point: z.tuple([z.number(), z.bigint()]).optional(),
      tags: z.set(z.string().min(2)).describe('Words'),
      name: z
        .string()
        .max(5)
        .meta({ examples: ['a'], deprecated: true }),
    }),
  })

  it('is described as it is', () => {
    expect(loose.definition).toEqual({
      type: 'function',
      function: {
        name: 'x',
        parameters: {
          type: 'object',
          properties: {
            any: {},
            headers: { type: 'object', additionalProperties: { type: 'string', format: 'date-time' }, default: {} },
            point: {
              type: 'array',
              prefixItems: [{ type: 'number' }, { type: 'string', pattern: '^-?\\d+$' }],
              items: false,
              minItems: 2,
            },
            tags: { type: 'array', description: 'Words', items: { type: 'string', minLength: 2 }, uniqueItems: true },
            name: { type: 'string', maxLength: 5, examples: ['a'], deprecated: true },
          },
          required: ['any', 'tags', 'name'],
          additionalProperties: true,
        },
      },
    })
  })

  it('is parsed all the same', async () => {
    const text = '{"any":[1],"headers":{"a":"2026-11-22T00:00:00Z"},"point":[1,"2"],"tags":["ab"],"name":"n","more":1}'
    expect(await loose.parse(text)).toEqual({
      any: [1],
      headers: { a: new Date('2026-11-22T00:00:00Z') },
      point: [1, 2n],
      tags: new Set(['ab']),
      name: 'n',
      more: 1,
    })
    await expect(loose.parse('{"any":1,"point":null,"tags":["a"],"name":"n"}')).rejects.toThrow(
      /At least|>=2|Too small/,
    )
  })

  it('passes JSON Schema on unchanged, whatever its keywords', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', not: { const: 'x' } } },
      if: { required: ['b'] },
      minProperties: 1,
    }
    const made = tool({ name: 'x', strict: false, parameters: jsonSchema(schema) })
    expect(made.definition).toMatchObject({ function: { parameters: schema } })
    await expect(made.parse('{}')).rejects.toThrow(ToolInputError)
  })
})

describe('the output of a tool', () => {
  const sum = tool({
    name: 'sum',
    parameters: z.object({ of: z.array(z.number()) }),
    output: z.object({ total: z.number(), note: z.string().default('none') }),
    execute: ({ of }) => ({ total: of.reduce((a, b) => a + b, 0) }),
  })

  it('is held to its schema', async () => {
    expect(await sum.parseOutput?.({ total: 3 })).toEqual({ total: 3, note: 'none' })
    const failing = sum.parseOutput?.({ total: 'three' })
    await expect(failing).rejects.toBeInstanceOf(OutputError)
    await expect(failing).rejects.toThrow(
      'Tool `sum` returned what does not fit its `output`:\n- total: expected number, received "three"',
    )
  })

  it('is not restored: dates stay dates', async () => {
    const at = tool({
      name: 'x',
      output: z.object({ at: z.date(), a: z.string().nullable() }),
      execute: () => ({ at: new Date(0), a: null }),
    })
    expect(await at.parseOutput?.({ at: new Date(0), a: null })).toEqual({ at: new Date(0), a: null })
  })
})

describe('customTool', () => {
  it('takes free text, or text of a grammar', async () => {
    const run = customTool({ name: 'run_sql', description: 'Runs a query', execute: (sql) => sql.length })
    expect(run.definition).toEqual({ type: 'custom', custom: { name: 'run_sql', description: 'Runs a query' } })
    expect(await run.parse('select 1')).toBe('select 1')
    expect(await run.execute?.('select 1', context)).toBe(8)
    expect(run.policy.effects).toBe('unsafe')
    const grammar = { syntax: 'regex', definition: '^a+$' } as const
    expect(customTool({ name: 'x', grammar, effects: 'none' }).definition).toEqual({
      type: 'custom',
      custom: { name: 'x', format: { type: 'grammar', grammar } },
    })
  })

  it('has a name that the API accepts', () => {
    expect(() => customTool({ name: 'run sql' })).toThrow(/name: 'run_sql'/)
  })
})

describe('responseFormat', () => {
  it('is what the wire takes, and can read the answer', async () => {
    const format = responseFormat(z.object({ at: z.date(), who: z.string().optional() }), {
      name: 'event',
      description: 'A meeting',
    })
    expect(JSON.parse(JSON.stringify(format))).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'event',
        description: 'A meeting',
        strict: true,
        schema: {
          type: 'object',
          properties: { at: { type: 'string', format: 'date-time' }, who: { type: ['string', 'null'] } },
          required: ['at', 'who'],
          additionalProperties: false,
        },
      },
    })
    expect(Object.keys(format)).toEqual(['type', 'json_schema'])
    expect(await format.parse('{"at":"2026-11-22T00:00:00Z","who":null}')).toEqual({
      at: new Date('2026-11-22T00:00:00Z'),
    })
    await expect(format.parse('Sorry, I cannot')).rejects.toThrow(/^The answer does not fit `event`:\n- not valid JSON/)
  })

  it('need not be strict', () => {
    const format = responseFormat(z.object({ map: z.record(z.string(), z.number()) }), { name: 'x', strict: false })
    expect(format.json_schema).toMatchObject({
      strict: false,
      schema: { properties: { map: { additionalProperties: { type: 'number' } } } },
    })
  })
})

it.each([
  [undefined, /^tool\(\) takes an object of options, not undefined; there are name, description/],
  [{ name: 'x', descripton: 'x' }, /^Tool `x` has no option `descripton`; there are name, description/],
  [{ name: 'x', function: () => 1 }, /^Tool `x` has no option `function`/],
  [
    { name: 'x', strict: { rekord: 'pairs' } },
    /^Tool `x`: `strict` has no option `rekord`; there are record, tuple, openObject, fineTuned\.$/,
  ],
  [{ name: 'x', strict: { record: 'pair' } }, /^Tool `x`: `strict`: `record` is "pair"; it must be "pairs"\.$/],
  [
    { name: 'x', strict: 'no' },
    /^Tool `x`: `strict` is "no"; it must be true, false or \{ record, tuple, openObject, fineTuned \}\.$/,
  ],
  [
    { name: 'x', parameters: { a: z.string() } },
    /^Tool `x`: `parameters` is an object of schemas; wrap it: z\.object\(\{ a: … \}\)$/,
  ],
  [
    { name: 'x', parameters: false },
    /^Tool `x`: `parameters` is false; it must be a schema: z\.object\(\{ … \}\), or one of any library/,
  ],
  [
    { name: 'x', output: { type: 'object' } },
    /^Tool `x`: `output` looks like JSON Schema, which has no parser of its own; wrap it/,
  ],
])('a tool of %j is rejected when it is made', (options, message) => {
  expect(() => tool(options as never)).toThrow(message)
})

it.each([
  [undefined, /^customTool\(\) takes an object of options, not undefined/],
  [{ name: 'x', gramar: {} }, /^Tool `x` has no option `gramar`; there are name, description, .*, grammar\.$/],
  [{ name: 'x', parameters: z.object({}) }, /^Tool `x` has no option `parameters`/],
  [
    { name: 'x', grammar: { syntax: 'bnf' } },
    /^Tool `x`: `grammar`: `syntax` is "bnf"; it must be "lark" or "regex"\.$/,
  ],
])('a custom tool of %j is rejected when it is made', (options, message) => {
  expect(() => customTool(options as never)).toThrow(message)
})

it.each([
  [undefined, /^responseFormat\(\) needs a name: responseFormat\(schema, \{ name: 'answer' \}\)$/],
  [{}, /^responseFormat\(\) needs a name/],
  [{ name: 'x', stict: true }, /^Response format `x` has no option `stict`; there are name, description, strict\.$/],
  [
    { name: 'x', strict: { tuple: 'array' } },
    /^Response format `x`: `strict`: `tuple` is "array"; it must be "object"\.$/,
  ],
])('a response format with %j is rejected when it is made', (options, message) => {
  expect(() => responseFormat(z.object({}), options as never)).toThrow(message)
})

it('diagnose rejects unknown options', () => {
  expect(() => diagnose(z.object({}), { rekord: 'pairs' } as never)).toThrow('diagnose() has no option `rekord`')
  expect(() => strictJsonSchema(z.object({}), { record: true } as never)).toThrow(
    '`record` is true; it must be "pairs".',
  )
})
