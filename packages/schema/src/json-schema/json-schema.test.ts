// JSON Schema from outside: what the API would reject is completed or becomes a finding, and is never sent.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { diagnose, SchemaError, tool, type StandardSchema } from '../index.ts'
import { jsonSchema } from '../json-schema.ts'

const text = { type: 'string' }
const object = (properties: object, more: object = {}): Record<string, unknown> => ({
  type: 'object',
  properties,
  ...more,
})

/** The definition without strictness, or the rules and paths of what is wrong with it. */
function looseOf(parameters: StandardSchema): unknown {
  try {
    const { definition } = tool({ name: 't', parameters, strict: false })
    return definition.type === 'function' ? definition.function.parameters : undefined
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    return error.findings.map(({ rule, path }) => `${rule} ${path}`)
  }
}

describe('without strictness', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['an array has items', object({ a: { type: 'array' } }), object({ a: { type: 'array', items: {} } })],
    [
      'so has one that may be null, and a tuple',
      object({ a: { type: ['array', 'null'] }, b: { type: 'array', prefixItems: [text] } }),
      object({ a: { type: ['array', 'null'], items: {} }, b: { type: 'array', prefixItems: [text], items: {} } }),
    ],
    [
      'arrays in every place have items',
      object({ a: { anyOf: [{ type: 'array' }, text] } }, { $defs: { d: { type: 'array' } } }),
      object({ a: { anyOf: [{ type: 'array', items: {} }, text] } }, { $defs: { d: { type: 'array', items: {} } } }),
    ],
    [
      'what only looks like a schema is left alone',
      object({ a: { type: 'object', default: { type: 'array' } } }),
      object({ a: { type: 'object', default: { type: 'array' }, properties: {} } }),
    ],
    ['an object has properties', object({ a: { type: 'object' } }), object({ a: object({}) })],
    ['a root has a type', { properties: { a: text } }, object({ a: text })],
    ['a root that says nothing is an object', { description: 'x' }, object({}, { description: 'x' })],
    [
      'a root that may be null is an object',
      { type: ['object', 'null'], properties: { a: text } },
      object({ a: text }),
    ],
    [
      'a record has properties',
      { type: 'object', additionalProperties: text },
      object({}, { additionalProperties: text }),
    ],
    ['values may be objects', object({ a: { enum: [{ a: 1 }] } }), object({ a: { enum: [{ a: 1 }] } })],
    ['a root has no enum', { enum: [{ a: 1 }] }, object({})],
    [
      'a root has no allOf',
      { allOf: [object({ a: text }, { required: ['a'] }), object({ b: text })] },
      object({ a: text, b: text }, { required: ['a'], additionalProperties: false }),
    ],
    [
      'a root has no $ref',
      { $ref: '#/$defs/R', $defs: { R: object({ a: text }) } },
      object({ a: text }, { additionalProperties: false }),
    ],
    [
      'keywords that are undefined are absent',
      object({ a: { ...text, enum: undefined } }, { required: undefined }),
      object({ a: text }),
    ],
    [
      'false is no branch',
      object({ a: { anyOf: [false, text] }, b: { oneOf: [text, false] } }),
      object({ a: { anyOf: [text] }, b: { oneOf: [text] } }),
    ],
    [
      'a name that nobody defines may not be required',
      object({ a: text }, { required: ['a', 'b'] }),
      ['required parameters'],
    ],
    ['no deeper either', object({ a: object({}, { required: ['b'] }) }), ['required parameters.a']],
    [
      'names of other keys may',
      object({ a: text }, { required: ['b'], additionalProperties: text }),
      object({ a: text }, { required: ['b'], additionalProperties: text }),
    ],
    [
      'so may those of a part',
      object(
        { a: text },
        { required: ['a'], properties: { a: text, c: object({}, { allOf: [object({ d: text })], required: ['d'] }) } },
      ),
      object({ a: text, c: object({}, { allOf: [object({ d: text })], required: ['d'] }) }, { required: ['a'] }),
    ],
    ['required is an array of strings', object({ a: text }, { required: [1] }), ['keyword parameters']],
    ['a root is no union', { anyOf: [object({ a: text }), object({ b: text })] }, ['root parameters']],
    ['a root is no text', text, ['root parameters']],
  ])('%s', (_, schema, expected) => expect(looseOf(jsonSchema(schema))).toEqual(expected))

  it('a root may be a record of Zod', () => {
    expect(looseOf(z.record(z.string(), z.number()))).toEqual(object({}, { additionalProperties: { type: 'number' } }))
  })
})

describe('references', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an encoded slash', object({ a: { $ref: '#/$defs/A%2FB' } }, { $defs: { 'A/B': text } })],
    ['an escaped slash', object({ a: { $ref: '#/$defs/A~1B' } }, { $defs: { 'A/B': text } })],
    ['a percent sign', object({ a: { $ref: '#/$defs/A%2FB' } }, { $defs: { 'A%2FB': text } })],
    ['an umlaut and a space', object({ a: { $ref: '#/$defs/gr%C3%B6%C3%9Fe%201' } }, { $defs: { 'größe 1': text } })],
    ['an anchor', object({ a: { $ref: '#t' } }, { $defs: { x: { ...text, $anchor: 't' } } })],
    ['an anchor of draft 7', object({ a: { $ref: '#t' } }, { $defs: { x: { ...text, $id: '#t' } } })],
    ['a nested $id', object({ a: { $ref: 'text.json' } }, { $defs: { x: { ...text, $id: 'text.json' } } })],
    [
      'the address of the root',
      object({ a: { $ref: 'https://x.example/s#/$defs/t' } }, { $id: 'https://x.example/s', $defs: { t: text } }),
    ],
    [
      'a pointer inside a nested $id',
      object(
        { a: { $ref: '#/$defs/outer/properties/b' } },
        { $defs: { outer: object({ b: { $ref: '#/$defs/t' } }, { $id: 'https://x.example/o', $defs: { t: text } }) } },
      ),
    ],
  ])('%s leads where it should, for the definition, the parse and the API', async (_, schema) => {
    const parameters = jsonSchema(schema)
    expect(diagnose(parameters)).toEqual([])
    const strict = tool({ name: 't', parameters })
    expect(strict.definition).toMatchObject({
      function: { parameters: { properties: { a: { type: ['string', 'null'] } } } },
    })
    await expect(strict.parse('{"a":5}')).rejects.toThrow('- a: expected string, received 5')
    expect(await strict.parse('{"a":"x"}')).toEqual({ a: 'x' })
    const sent = JSON.stringify(looseOf(parameters))
    expect(sent).not.toMatch(/"\$ref":"[^"]*%2F|"\$anchor"|"\$ref":"[^#]/)
    expect(JSON.stringify(looseOf(jsonSchema(JSON.parse(sent) as Record<string, unknown>)))).toBe(sent)
  })

  it('that lead nowhere are a finding', () => {
    for (const $ref of ['#/$defs/none', '#none', 'other.json', 'https://x.example/other', '#/properties/a/b/c', '%'])
      expect(looseOf(jsonSchema(object({ a: { $ref } })))).toEqual(['reference parameters.a'])
  })
})

it('a schema is read when it is wrapped', () => {
  const source = object({ a: text })
  const parameters = jsonSchema(source)
  source['properties'] = { b: text }
  expect(looseOf(parameters)).toEqual(object({ a: text }))
})

it('a value that is no JSON Schema is rejected when it is wrapped', () => {
  for (const wrong of [undefined, true, 'x', []])
    expect(() => jsonSchema(wrong as never)).toThrow(/^A JSON Schema is an object, not /)
})
