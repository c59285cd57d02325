import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  diagnose,
  responseFormat,
  SchemaError,
  strictJsonSchema,
  tool,
  toolDefinitions,
  type Finding,
} from '../index.ts'
import { jsonSchema } from '../json-schema.ts'
import { violations } from '../test/subset.ts'

const properties = (count: number): z.ZodObject =>
  z.object(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, z.string()])))
const nested = (levels: number): z.ZodObject =>
  levels === 1 ? z.object({ a: z.string() }) : z.object({ a: nested(levels - 1) })
const values = (count: number, length = 4): z.ZodEnum =>
  z.enum(Array.from({ length: count }, (_, index) => String(index).padStart(length, 'x')))

const limits = [
  {
    limit: '5,000 properties',
    fits: properties(5000),
    exceeds: properties(5001),
    rule: 'limit:properties',
    path: 'schema.p5000',
  },
  { limit: '10 levels', fits: nested(10), exceeds: nested(11), rule: 'limit:depth', path: `schema${'.a'.repeat(10)}` },
  {
    limit: '1,000 enum values in all',
    fits: z.object({ a: values(200), b: values(200), c: values(200), d: values(200), e: values(200) }),
    exceeds: z.object({ a: values(200), b: values(200), c: values(200), d: values(200), e: values(201) }),
    rule: 'limit:enum',
    path: 'schema.e',
  },
  {
    limit: '15,000 characters in an enum of more than 250 values',
    fits: z.object({ a: values(300, 50), b: values(250, 80) }),
    exceeds: z.object({ a: values(300, 51) }),
    rule: 'limit:enum',
    path: 'schema.a',
  },
  {
    limit: '120,000 characters of names and values',
    fits: z.object({ [`a${'x'.repeat(119_998)}`]: z.string(), b: z.string() }),
    exceeds: z.object({ [`a${'x'.repeat(119_998)}`]: z.string(), bc: z.string() }),
    rule: 'limit:characters',
    path: 'schema.bc',
  },
]

describe('the limits of the API', () => {
  it.each(limits)('are reached: $limit', ({ fits }) => {
    expect(diagnose(fits)).toEqual([])
    expect(violations(strictJsonSchema(fits))).toEqual([])
  })

  it.each(limits)('are passed: $limit', ({ exceeds, rule, path }) => {
    expect(diagnose(exceeds).map((finding) => [finding.rule, finding.path])).toEqual([[rule, path]])
  })

  it('do not hold for recursion', () => {
    const list: z.ZodType = z.object({ value: z.string(), next: z.lazy(() => list).nullable() })
    expect(violations(strictJsonSchema(list))).toEqual([])
  })

  it('count one schema once, however often it is used', () => {
    let doubling: z.ZodObject = z.object({ leaf: z.string() })
    for (let level = 0; level < 9; level++) doubling = z.object({ left: doubling, right: doubling })
    expect(violations(strictJsonSchema(doubling))).toEqual([])
    expect(JSON.stringify(strictJsonSchema(doubling)).length).toBeLessThan(2000)
  })
})

describe('names', () => {
  const good = ['a', 'get_weather', 'A-1', 'x'.repeat(64)]
  const bad = ['', 'get weather', 'wörter', 'x'.repeat(65), 'a.b', '__proto__ ']

  it.each(good)('may be %j', (name) => {
    expect(tool({ name }).name).toBe(name)
    expect(responseFormat(z.object({}), { name }).json_schema.name).toBe(name)
  })

  it.each(bad)('may not be %j', (name) => {
    expect(() => tool({ name })).toThrow(SchemaError)
    expect(() => responseFormat(z.object({}), { name })).toThrow(SchemaError)
  })

  it('are unique in a request', () => {
    const twice = [tool({ name: 'a' }), tool({ name: 'b' }), tool({ name: 'a' })]
    expect(findingsOf(() => toolDefinitions(twice))).toEqual([
      {
        severity: 'error',
        rule: 'duplicate',
        path: 'tools[2].name',
        message: '`a` is also the name of tools[0]',
        remedy: "name: 'a_2'",
      },
    ])
    expect(toolDefinitions(twice.slice(0, 2)).map(({ type }) => type)).toEqual(['function', 'function'])
  })

  it('are 128 at most', () => {
    const tools = Array.from({ length: 129 }, (_, index) => tool({ name: `t${index}` }))
    expect(findingsOf(() => toolDefinitions(tools)).map(({ rule }) => rule)).toEqual(['limit:tools'])
    expect(toolDefinitions(tools.slice(1))).toHaveLength(128)
  })
})

describe('hostile schemas', () => {
  it('may make a new schema each time they are read', () => {
    const endless = (): z.ZodType => z.object({ a: z.lazy(endless), b: z.lazy(endless) })
    expect(diagnose(endless()).map(({ rule }) => rule)).toContain('limit:size')
  })

  it('may be 10,000 levels deep', () => {
    let deep: z.ZodType = z.string()
    for (let level = 0; level < 10_000; level++) deep = z.array(deep)
    expect(rulesOf(diagnose(z.object({ deep })))).toEqual(['limit:depth', 'limit:size'])
    let wrapped: z.ZodType = z.string()
    for (let level = 0; level < 10_000; level++) wrapped = wrapped.optional()
    expect(rulesOf(diagnose(z.object({ wrapped })))).toEqual(['limit:size'])
    let json: Record<string, unknown> = { type: 'string' }
    for (let level = 0; level < 400; level++) json = { type: 'array', items: json }
    expect(rulesOf(diagnose(jsonSchema({ type: 'object', properties: { json } })))).toEqual([
      'limit:depth',
      'limit:size',
    ])
  })

  const deep = (levels: number, wrap: (inner: object) => object): Record<string, unknown> => {
    let node: object = { type: 'string' }
    for (let level = 0; level < levels; level++) node = wrap(node)
    return node as Record<string, unknown>
  }
  const holding = (more: object): Record<string, unknown> => ({
    type: 'object',
    properties: { a: { type: 'string', ...more } },
  })
  const chain = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, at) => [`d${at}`, { $ref: `#/$defs/d${at + 1}` }]),
  )
  const itself: Record<string, unknown> = { type: 'object' }
  itself['properties'] = { itself }

  it.each([
    ['objects', deep(100_000, (inner) => ({ type: 'object', properties: { inner } })), ['limit:size']],
    ['arrays', deep(100_000, (items) => ({ type: 'array', items })), ['limit:size']],
    ['allOf', deep(100_000, (inner) => ({ allOf: [inner] })), ['limit:size']],
    ['anyOf', deep(100_000, (inner) => ({ anyOf: [inner, { type: 'null' }] })), ['limit:size']],
    ['not', holding(deep(100_000, (not) => ({ not }))), ['limit:size']],
    ['$defs', deep(100_000, (inner) => ({ $defs: { inner } })), ['limit:size']],
    ['a default', holding({ default: deep(100_000, (inner) => [inner]) }), ['limit:size']],
    ['a value of an enum', holding({ enum: [deep(100_000, (inner) => [inner])] }), ['limit:size']],
    ['what no keyword is', holding({ 'x-more': deep(100_000, (inner) => [inner]) }), ['limit:size']],
    ['a chain of references', { ...holding({ $ref: '#/$defs/d0' }), $defs: chain }, ['limit:size']],
    ['an object that holds itself', itself, ['limit:size']],
    [
      '200,000 properties',
      { type: 'object', properties: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [index, {}])) },
      ['limit:size'],
    ],
    ['a long description', holding({ description: 'x'.repeat(5_000_000) }), ['limit:size']],
    [
      'allOf in a circle',
      {
        ...holding({ $ref: '#/$defs/x' }),
        $defs: { x: { allOf: [{ $ref: '#/$defs/y' }] }, y: { allOf: [{ $ref: '#/$defs/x' }] } },
      },
      ['reference'],
    ],
    [
      'a union of itself',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/x' } },
        $defs: { x: { anyOf: [{ $ref: '#/$defs/x' }, { type: 'string' }] } },
      },
      ['reference'],
    ],
  ])('are findings, never a crash: %s', (_, schema, rules) => {
    for (const strict of [true, false]) {
      const findings = findingsOf(() => tool({ name: 't', parameters: jsonSchema(schema), strict }))
      expect({ strict, rules: rulesOf(findings) }).toEqual({ strict, rules })
    }
  })

  it.each(['additionalProperties', 'patternProperties'])(
    'may hold themselves under keys without names: %s',
    async (keyword) => {
      const inner = keyword === 'additionalProperties' ? { $ref: '#/$defs/node' } : { '^x': { $ref: '#/$defs/node' } }
      const $defs = { node: { type: 'object', properties: { name: { type: 'string' } }, [keyword]: inner } }
      const parameters = jsonSchema({ type: 'object', properties: { node: { $ref: '#/$defs/node' } }, $defs })
      const loose = tool({ name: 't', parameters, strict: false })
      const value = { node: { name: 'a', x: { name: 'b', y: { name: 'c' } } } }
      expect(await loose.parse(JSON.stringify(value))).toEqual(value)
      expect(rulesOf(diagnose(parameters))).toEqual(['open-object'])
    },
  )

  it('may hold themselves under keys without names: Zod', () => {
    const node: z.ZodType = z.lazy(() => z.object({ name: z.string() }).catchall(inner))
    const inner: z.ZodType = z.object({
      get deeper() {
        return z.object({ name: z.string() }).catchall(inner)
      },
    })
    const { definition } = tool({ name: 't', parameters: z.object({ node }), strict: false })
    expect(JSON.stringify(definition)).toContain('"$ref"')
  })

  it.each([
    ['(a+)+'.repeat(100_000)],
    ['('.repeat(100_000)],
    [`[${'a-z'.repeat(300_000)}]`],
    [`\\p{${'L'.repeat(1_000_000)}`],
    ['('],
    ['(?<n>a)\\k<n>(?=('],
  ])('may have any pattern %#', (pattern) => {
    const parameters = jsonSchema(holding({ pattern }))
    for (const strict of [true, false])
      expect(rulesOf(findingsOf(() => tool({ name: 't', parameters, strict })))).toEqual([])
  })

  it('may refer to themselves only', () => {
    const self: z.ZodType = z.lazy(() => self)
    expect(rulesOf(diagnose(z.object({ self })))).toEqual(['reference'])
    expect(rulesOf(diagnose(jsonSchema({ $ref: '#' })))).toEqual(['reference'])
    const pair = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/a' } },
      $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
    }
    expect(rulesOf(diagnose(jsonSchema(pair)))).toEqual(['reference'])
  })

  it.each(['anyOf', 'allOf', 'oneOf', 'properties'])('may double with every level: %s', (keyword) => {
    for (const described of [false, true]) {
      let node: Record<string, unknown> = { type: 'object', properties: { a: { type: 'string' } } }
      for (let level = 0; level < 60; level++) {
        const both = keyword === 'properties' ? { l: node, r: node } : [node, node, { const: level }]
        node = { [keyword]: both, ...(described && { description: `Level ${level}` }) }
      }
      const schema = jsonSchema({ type: 'object', properties: { node } })
      expect(Array.isArray(diagnose(schema))).toBe(true)
    }
  })

  it('may intersect large unions', () => {
    const node = { allOf: [union('a'), union('b'), union('a')] }
    expect(rulesOf(diagnose(jsonSchema({ type: 'object', properties: { node } })))).toContain('intersection')
  })

  it('may use the names of prototypes', () => {
    const text =
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}},"required":["constructor","__proto__"]}'
    const schema = jsonSchema(JSON.parse(text))
    expect(diagnose(schema).map(({ rule, path }) => [rule, path])).toEqual([['property-name', 'schema.__proto__']])
    expect('type' in {}).toBe(false)
    expect(
      strictJsonSchema(z.object({ constructor: z.string(), toString: z.string(), hasOwnProperty: z.string() })),
    ).toMatchObject({
      required: ['constructor', 'toString', 'hasOwnProperty'],
    })
  })
})

function rulesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule))].toSorted()
}

function findingsOf(run: () => unknown): readonly Finding[] {
  try {
    run()
  } catch (error) {
    if (error instanceof SchemaError) return error.findings
    throw error
  }
  return []
}

function union(name: string): Record<string, unknown> {
  const property = (key: number, index: number): [string, unknown] => [`${name}${key}`, { const: index }]
  const branch = (index: number): unknown => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 20 }, (_, key) => property(key, index))),
  })
  return { anyOf: Array.from({ length: 90 }, (_, index) => branch(index)) }
}
