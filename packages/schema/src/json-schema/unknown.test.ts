// Patterns are never compiled: a value that may be valid is accepted, wherever the pattern is.
import { expect, it } from 'vitest'
import { diagnose, SchemaError, tool } from '../index.ts'
import { jsonSchema } from '../json-schema.ts'

const accepts = (schema: Record<string, unknown>, value: unknown): boolean => {
  const result = jsonSchema(schema)['~standard'].validate(value)
  return !('then' in result) && result.issues === undefined
}
const a = { type: 'string', pattern: '^a' }
const b = { type: 'string', pattern: '^b' }

it.each<[string, Record<string, unknown>, readonly unknown[], readonly unknown[]]>([
  ['one of two patterns', { oneOf: [a, b] }, ['ax', 'bx'], [1]],
  ['one of a pattern and a number', { oneOf: [a, { type: 'number' }] }, ['ax', 1], [true]],
  ['one of what refers to patterns', { oneOf: [{ $ref: '#/$defs/a' }, b], $defs: { a } }, ['ax', 'bx'], [1]],
  [
    'one of objects with patterns',
    { oneOf: [{ properties: { k: a } }, { properties: { k: b } }] },
    [{ k: 'ax' }],
    [{ k: 1 }],
  ],
  ['not a pattern', { type: 'string', not: a }, ['bx', 'ax'], [1]],
  ['not what holds a pattern', { not: { anyOf: [a, { type: 'number' }] } }, ['bx'], []],
  [
    'a condition with a pattern',
    JSON.parse('{"if":{"pattern":"^a"},"then":{"maxLength":1},"else":{"maxLength":3}}') as Record<string, unknown>,
    ['a', 'bbb'],
    ['bbbb'],
  ],
  ['at most one item with a pattern', { contains: a, maxContains: 1 }, [['ax', 'bx']], [[]]],
  [
    'keys by pattern',
    { patternProperties: { '^a': { type: 'number' } }, additionalProperties: false },
    [{ a: 1 }],
    [{ a: 'x' }],
  ],
  [
    'no other keys but those of a pattern',
    { patternProperties: { '^a': true }, unevaluatedProperties: false },
    [{ a: 1 }],
    [],
  ],
  ['one of two formats that are not enforced', { oneOf: [{ format: 'uri' }, { format: 'iri' }] }, ['a:b'], []],
  ['one of two types without patterns', { oneOf: [{ type: 'number' }, { type: 'integer' }] }, [1.5], [1]],
])('%s', (_, schema, valid, invalid) => {
  expect(valid.filter((value) => !accepts(schema, value))).toEqual([])
  expect(invalid.filter((value) => accepts(schema, value))).toEqual([])
})

it.each<[string, Record<string, unknown>, readonly unknown[], readonly unknown[]]>([
  ['an exclusive bound of draft 4', { minimum: 1, exclusiveMinimum: true }, [2], [1]],
  ['an inclusive bound of draft 4', { maximum: 1, exclusiveMaximum: false }, [1], [2]],
  [
    'identifiers of draft 4',
    {
      $schema: 'http://json-schema.org/draft-04/schema#',
      $ref: '#t',
      definitions: { x: { id: '#t', type: 'string' } },
    },
    ['x'],
    [1],
  ],
  [
    'a reference of draft 7 replaces what stands beside it',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { k: { $ref: '#/definitions/t', maxLength: 1 } },
      definitions: { t: { type: 'string' } },
    },
    [{ k: 'xx' }],
    [{ k: 1 }],
  ],
])('%s', (_, schema, valid, invalid) => {
  expect(valid.filter((value) => !accepts(schema, value))).toEqual([])
  expect(invalid.filter((value) => accepts(schema, value))).toEqual([])
})

const node = (inner: object): Record<string, unknown> => ({
  type: 'object',
  properties: { k: { $ref: '#/$defs/n' } },
  $defs: { n: inner },
})
const self = { $ref: '#/$defs/n' }

it.each<[string, Record<string, unknown>]>([
  ['other keys', node({ type: 'object', additionalProperties: self })],
  ['keys by pattern', node({ type: 'object', patternProperties: { '^k': self } })],
  ['key names', node({ type: 'object', propertyNames: { anyOf: [{ type: 'string' }, self] } })],
  [
    'both parts of an intersection',
    node({ allOf: [{ additionalProperties: self }, { patternProperties: { k: self } }] }),
  ],
  [
    'two trees that are intersected',
    {
      type: 'object',
      properties: { k: { allOf: [{ $ref: '#/$defs/x' }, { $ref: '#/$defs/y' }] } },
      $defs: {
        x: { type: 'object', properties: { k: { $ref: '#/$defs/x' } }, additionalProperties: { $ref: '#/$defs/y' } },
        y: {
          type: 'object',
          properties: { k: { $ref: '#/$defs/y' } },
          patternProperties: { z: { $ref: '#/$defs/x' } },
        },
      },
    },
  ],
  ['a union that is its own branch', node({ anyOf: [{ type: 'string' }, self] })],
])('recursion through %s gives a definition or findings', (_, schema) => {
  const parameters = jsonSchema(schema)
  for (const { message } of diagnose(parameters)) expect(message).not.toMatch(/call stack/i)
  try {
    expect(tool({ name: 't', parameters, strict: false }).definition.type).toBe('function')
  } catch (error) {
    expect(error).toBeInstanceOf(SchemaError)
    expect(String(error)).not.toMatch(/call stack/i)
  }
})
