import { LimitError, StreamError } from '@toolloop/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CompletionBuilder, normalizeCompletion, reportOf } from './index.ts'
import { asChunk } from './test/chunks.ts'

const junk = fc.jsonValue({ maxDepth: 2 })

/** An object with some of these fields, each either of its shape or anything at all. */
function nearly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.fromEntries(
    Object.entries(fields).map(([key, shape]) => [key, fc.oneof({ weight: 6, arbitrary: shape }, junk)]),
  )
  return fc
    .tuple(fc.record(loose, { requiredKeys: [] }), fc.dictionary(fc.string(), junk, { maxKeys: 1 }))
    .map((parts) =>
      // By way of JSON, so that `__proto__` is a field, as it is on the wire.
      JSON.parse(JSON.stringify(Object.assign(...parts))),
    )
}

const word = fc.constantFrom('', 'a', 'b', '__proto__', 'toString')
const index = fc.constantFrom(0, 1, 2, -1, 0.5, 1e9, '0', null)
const piece = fc.constantFrom('', '{', '}', '{}', '"', '{"x":', '1}', ' ', '[', 'x', '\\')
const part = nearly({ type: fc.constantFrom('text', 'thinking', 'x'), text: word, thinking: word })
const toolCall = nearly({
  index,
  id: word,
  type: fc.constantFrom('function', 'custom', ''),
  function: nearly({ name: word, arguments: piece }),
  custom: nearly({ name: word, input: piece }),
})
const delta = nearly({
  role: word,
  content: fc.oneof(word, fc.array(part, { maxLength: 2 })),
  refusal: word,
  reasoning: word,
  reasoning_content: word,
  reasoning_details: fc.array(nearly({ index, type: word, id: word, text: word }), { maxLength: 2 }),
  tool_calls: fc.array(toolCall, { maxLength: 3 }),
  function_call: nearly({ name: word, arguments: piece }),
  audio: nearly({ id: word, data: word, transcript: word }),
  annotations: fc.array(junk, { maxLength: 2 }),
})
const choice = nearly({
  index,
  delta,
  message: delta,
  finish_reason: fc.constantFrom(null, '', 'stop', 'length', 'tool_calls'),
  logprobs: nearly({ content: fc.array(junk, { maxLength: 2 }) }),
  usage: junk,
})
const chunk = nearly({
  id: word,
  created: junk,
  model: word,
  choices: fc.array(choice, { maxLength: 2 }),
  usage: nearly({ prompt_tokens: junk }),
  x_groq: nearly({ usage: junk }),
})

test('whatever a server sends is taken, or refused with a typed error; nothing is sealed twice or broken', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: chunk }, junk), { maxLength: 12 }), (chunks) => {
      const builder = new CompletionBuilder({ mintId: (at, position) => `m${at}_${position}` })
      const sealed: string[] = []
      for (const next of chunks) {
        const refused = refusalOf(() => take(builder.push(asChunk(next))))
        expect(refused === undefined || refused instanceof StreamError || refused instanceof LimitError).toBe(true)
        expect(JSON.parse(JSON.stringify(builder.snapshot()))).toHaveProperty('choices')
      }
      take(builder.finish())
      expect(new Set(sealed).size).toBe(sealed.length)
      expect(builder.snapshot()).toEqual(builder.snapshot())
      expect(Object.keys(Object.prototype)).toEqual([])

      function take(events: ReturnType<typeof builder.push>): void {
        for (const event of events) {
          if ('parsed' in event) void event.parsed
          if (event.type !== 'call.sealed') continue
          sealed.push(`${event.choice} ${event.index}`)
          if (event.call.type === 'function' && event.call.function.arguments.trim() !== '')
            expect(JSON.parse(event.call.function.arguments)).toBeTypeOf('object')
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('ids are unique within a message where there is a mint', () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const builder = new CompletionBuilder({ mintId: (at, position) => `m${at}_${position}` })
      for (const next of chunks) refusalOf(() => builder.push(asChunk(next)))
      builder.finish()
      for (const { message } of builder.snapshot().choices) {
        const ids = (message.tool_calls ?? []).map(({ id }) => id)
        expect(ids).not.toContain('')
        expect(new Set(ids).size).toBe(ids.length)
      }
    }),
    { numRuns: 500 },
  )
})

test('whatever a plain body holds becomes a completion or a typed error', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: chunk }, junk), (body) => {
      const refused = refusalOf(() => JSON.stringify(normalizeCompletion(body)))
      expect(refused === undefined || refused instanceof StreamError || refused instanceof LimitError).toBe(true)
    }),
    { numRuns: 500 },
  )
})

/** The error that `run` throws. */
function refusalOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** Chunks of a server that goes on for ever, each with something new. */
const endless: [what: string, chunk: (count: number) => object][] = [
  [
    'names of a call',
    (count) => choiceOf({ tool_calls: [{ index: 0, id: 'a', function: { name: `${long}${count}` } }] }),
  ],
  ['names of a function_call', (count) => choiceOf({ function_call: { name: `${long}${count}` } })],
  ['fields of a chunk', (count) => ({ choices: [], [`${long}${count}`]: 1 })],
  ['fields of a choice', (count) => choiceOf({}, { [`${long}${count}`]: 1 })],
  ['fields of a message', (count) => choiceOf({ [`${long}${count}`]: 1 })],
  ['fields of a call', (count) => choiceOf({ tool_calls: [{ index: 0, id: 'a', [`${long}${count}`]: 1 }] })],
  ['fields of audio', (count) => choiceOf({ audio: { [`${long}${count}`]: 1 } })],
  ['fields of a reasoning block', (count) => choiceOf({ reasoning_details: [{ index: 0, [`${long}${count}`]: 1 }] })],
  ['fields that grow when they are replaced', (count) => ({ choices: [], note: [long.repeat(count)] })],
]
const long = 'x'.repeat(100)
const choiceOf = (next: object, rest: object = {}) => ({ choices: [{ index: 0, delta: next, ...rest }] })

test.each(endless)('%s without end are bounded', (_what, next) => {
  const builder = new CompletionBuilder({ maxContentBytes: 50_000 })
  const refused = refusalOf(() => {
    for (let count = 0; count < 1000; count++) builder.push(asChunk(next(count)))
  })
  expect(refused).toMatchObject({ limit: 'maxContentBytes' })
})

test('what comes and goes again makes no room for more', () => {
  const builder = new CompletionBuilder({ maxContentBytes: 10_000 })
  const items = Array.from({ length: 100 }, () => 0)
  for (let count = 0; count < 50; count++)
    for (const note of [items, items, 1]) builder.push(asChunk(choiceOf({ note })))
  expect(() => builder.push(asChunk(choiceOf({ content: 'x'.repeat(10_001) })))).toThrow(/maxContentBytes/)
})

test('what the report says of an answer is bounded', () => {
  const builder = new CompletionBuilder()
  for (let count = 0; count < 1000; count++)
    builder.push(asChunk({ choices: [], usage: { [`${long.repeat(10)}${count}_tokens`]: -1 } }))
  expect(JSON.stringify(reportOf(builder.snapshot())).length).toBeLessThan(50_000)
})

test('a list that is too long to look through is not looked through', () => {
  const builder = new CompletionBuilder()
  builder.push(asChunk(choiceOf({ notes: [{ index: 0 }, ...Array.from({ length: 5000 }, () => 1)] })))
  expect(() => builder.push(asChunk(choiceOf({ notes: [{ index: 0, text: 'a' }] })))).toThrow(/maxListItems/)
})
