import { deepFreeze, type ModelMemory } from '@toolloop/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { serialize as bytesOf } from './serialize.ts'

/** As it arrives, by default as the first request of a conversation. */
function serialize(body: object, memory: ModelMemory = new Map()): string {
  const text = bytesOf(body, memory)
  return typeof text === 'string' ? text : new TextDecoder().decode(text)
}

test('writes the JSON of JSON.stringify, frozen or not, at the first call and later', () => {
  const body = fc.record(
    { messages: fc.array(fc.jsonValue()), tools: fc.array(fc.jsonValue()), model: fc.string(), n: fc.jsonValue() },
    { requiredKeys: [] },
  )
  const memory: ModelMemory = new Map()
  fc.assert(
    fc.property(body, (value) => {
      const wanted = JSON.parse(JSON.stringify(value)) as unknown
      expect(bytesOf(value)).toBe(JSON.stringify(value))
      expect(JSON.parse(serialize(value, memory))).toEqual(wanted)
      const frozen = deepFreeze(structuredClone(value))
      expect(JSON.parse(serialize(frozen, memory))).toEqual(wanted)
      expect(JSON.parse(serialize(frozen, memory))).toEqual(wanted)
    }),
  )
})

test('a message that may change is written as it is now', () => {
  const memory: ModelMemory = new Map()
  const message = { role: 'user', content: 'one', parts: [{ text: 'a' }] }
  expect(serialize({ messages: [message] }, memory)).toBe(
    '{"messages":[{"role":"user","content":"one","parts":[{"text":"a"}]}]}',
  )
  message.content = 'two'
  expect(serialize({ messages: [message] }, memory)).toContain('two')
  Object.freeze(message)
  expect(serialize({ messages: [message] }, memory)).toBe(
    '{"messages":[{"role":"user","content":"two","parts":[{"text":"a"}]}]}',
  )
  const [part] = message.parts
  if (part) part.text = 'b'
  expect(serialize({ messages: [message] }, memory)).toContain('"b"')
})

const frozen = Object.freeze({ a: 1 })

test('lists that diverge, and lists that change, are serialised correctly', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => deepFreeze({ text }))
  const lists = [
    [a],
    [a, b],
    [a, c],
    [a, b, d],
    [b, a],
    [a],
    [a, b, c],
    [c],
    [],
    [a, b, { open: 1 }],
    [a, b, { open: 2 }, c],
  ]
  const memory: ModelMemory = new Map()
  for (const messages of [...lists, ...lists])
    expect(serialize({ messages, n: 1 }, memory)).toBe(JSON.stringify({ messages, n: 1 }))
})

test.each<[object, string]>([
  [{}, '{}'],
  [{ messages: [] }, '{"messages":[]}'],
  [
    { messages: [frozen, { a: 'é' }], tools: [{ b: '漢' }], c: '🙂' },
    '{"messages":[{"a":1},{"a":"é"}],"c":"🙂","tools":[{"b":"漢"}]}',
  ],
  [{ messages: [Object.freeze({ a: 'é' })], model: 'é' }, '{"messages":[{"a":"é"}],"model":"é"}'],
  [{ messages: [Object.freeze({ a: 'é'.repeat(20_000) })] }, `{"messages":[{"a":"${'é'.repeat(20_000)}"}]}`],
  [{ messages: undefined, tools: undefined, a: undefined }, '{}'],
  [{ messages: [undefined, 1] }, '{"messages":[null,1]}'],
  [{ messages: 'x', model: 'm' }, '{"messages":"x","model":"m"}'],
  [{ messages: [frozen], model: 'm' }, '{"messages":[{"a":1}],"model":"m"}'],
  [{ messages: [frozen] }, '{"messages":[{"a":1}]}'],
  [{ messages: [frozen, undefined, 1, null], tools: 'x' }, '{"messages":[{"a":1},null,1,null],"tools":"x"}'],
  [{ messages: undefined, tools: [frozen], model: undefined }, '{"tools":[{"a":1}]}'],
])('%j is %s', (body, text) => {
  expect(serialize(body)).toBe(text)
})

test('a body that JSON cannot represent leaves nothing in the cache', () => {
  const memory: ModelMemory = new Map()
  serialize({ messages: [frozen] }, memory)
  expect(() => serialize({ messages: [frozen, frozen], big: 1n }, memory)).toThrow(TypeError)
  expect(serialize({ messages: [frozen, frozen, {}], n: 1 }, memory)).toBe('{"messages":[{"a":1},{"a":1},{}],"n":1}')
})
