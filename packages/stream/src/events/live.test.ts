import type { Chunk } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import type { ArgumentsDelta, ContentDelta, StreamEvent } from '../index.ts'
import { accumulate, CompletionBuilder, elements } from '../index.ts'
import { build, callChunk, chunk } from '../test/chunks.ts'

function isDelta(event: StreamEvent): event is ContentDelta | ArgumentsDelta {
  return event.type === 'content.delta' || event.type === 'tool_calls.function.arguments.delta'
}

function inArguments(piece: string): Chunk {
  return callChunk(0, 'a', 'f', piece)
}

function inChoice1(piece: string): Chunk {
  return chunk({ content: piece }, null, { index: 1 })
}

const pieces = ['{"rows":[{"n', '":1},{"n":', '2', '}],"title":"a', 'b"}']
const views = [
  { rows: [{}] },
  { rows: [{ n: 1 }, {}] },
  { rows: [{ n: 1 }, {}] },
  { rows: [{ n: 1 }, { n: 2 }], title: 'a' },
  { rows: [{ n: 1 }, { n: 2 }], title: 'ab' },
]

describe.each([
  ['content', (piece: string) => chunk({ content: piece })],
  ['arguments', inArguments],
])('parsed on deltas of %s', (_kind, make) => {
  const chunks = pieces.map((piece) => make(piece))

  test('is fresh at every delta, chunk by chunk', () => {
    const builder = new CompletionBuilder()
    const seen = chunks.map((next) => structuredClone(builder.push(next).find(isDelta)?.parsed))
    expect(seen).toEqual(views)
  })

  test('is fresh at every delta, in a batch', () => {
    const events = new CompletionBuilder().push(chunks).filter(isDelta)
    expect(events.map((event) => structuredClone(event.parsed))).toEqual(views)
  })

  test('is right when someone looks only now and then', () => {
    const builder = new CompletionBuilder()
    const [early, late] = [builder.push(chunks.slice(0, 3)), builder.push(chunks.slice(3))]
    expect(early.findLast(isDelta)?.parsed).toEqual(views[2])
    expect(late.findLast(isDelta)?.parsed).toEqual(views[4])
  })

  test('tells which of its values are complete', () => {
    const events = new CompletionBuilder().push(chunks).filter(isDelta)
    expect(events.map((event) => [['rows', 0], ['rows', 1, 'n'], []].map((path) => event.isComplete(path)))).toEqual([
      [false, false, false],
      [true, false, false],
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
  })

  test('is not enumerable, so that logs and copies leave it out', () => {
    const [event] = new CompletionBuilder().push(chunks).filter(isDelta)
    expect(Object.keys(event ?? {})).not.toContain('parsed')
    expect(JSON.parse(JSON.stringify(event))).not.toHaveProperty('parsed')
  })
})

describe('what is no JSON', () => {
  test.each([
    ['plain text', ['Hello', ' there'], [undefined, undefined]],
    ['JSON with text behind it', ['{"a":1}', '\n', 'Done.'], [{ a: 1 }, { a: 1 }, undefined]],
    ['JSON gone wrong', ['{"a":', 'oops', '}'], [{}, undefined, undefined]],
    ['JSON that is too deep', ['['.repeat(200), ']'], [undefined, undefined]],
  ])('has no parsed: %s', (_title, texts, expected) => {
    const builder = new CompletionBuilder()
    const events = texts.map((piece) => builder.push(chunk({ content: piece })).find(isDelta))
    expect(events.map((event) => structuredClone(event?.parsed))).toHaveLength(expected.length)
    const again = new CompletionBuilder()
    const fresh = texts.map((piece) => structuredClone(again.push(chunk({ content: piece })).find(isDelta)?.parsed))
    expect(fresh).toEqual(expected)
    expect(events.at(-1)?.isComplete()).toBe(false)
  })

  test('has no parsed when it is done', () => {
    const { events } = build([chunk({ content: '{"a":' }), callChunk(0, 'a', 'f', 'oops')])
    const dones = events.filter(
      (event) => event.type === 'content.done' || event.type === 'tool_calls.function.arguments.done',
    )
    expect(dones.map((event) => event.parsed)).toEqual([undefined, undefined])
  })
})

test('parsed of what is done is the whole value, for the caller to keep', () => {
  const { events } = build([chunk({ content: '{"a":[1]}' }), callChunk(0, 'a', 'f', '{"b":2}'), chunk({}, 'stop')])
  const dones = events.filter(
    (event) => event.type === 'content.done' || event.type === 'tool_calls.function.arguments.done',
  )
  expect(dones.map((event) => event.parsed)).toEqual([{ b: 2 }, { a: [1] }])
  expect(dones.flatMap((event) => Object.keys(event))).not.toContain('parsed')
})

describe('elements', () => {
  const rows = ['{"rows":[{"n":1},', '{"n":2},{"', 'n":3}', ',4', ']}']

  async function watched(make: (piece: string) => Chunk, options?: object): Promise<[number, unknown][]> {
    let sent = 0
    function* source(): Generator<Chunk> {
      for (const piece of rows) {
        sent++
        yield make(piece)
      }
    }
    const seen: [number, unknown][] = []
    for await (const row of elements(accumulate(source()), ['rows'], options)) seen.push([sent, row])
    return seen
  }

  const expected = [
    [1, { n: 1 }],
    [2, { n: 2 }],
    [3, { n: 3 }],
    [5, 4],
  ]

  test('of the content come one by one, as soon as each is complete', async () => {
    expect(await watched((piece) => chunk({ content: piece }))).toEqual(expected)
  })

  test('of a call’s arguments, where the call is named', async () => {
    expect(await watched(inArguments, { toolCall: 0 })).toEqual(expected)
    expect(await watched(inArguments, { toolCall: 1 })).toEqual([])
    expect(await watched(inArguments)).toEqual([])
  })

  test('of another choice only where it is named', async () => {
    expect(await watched(inChoice1, { choice: 1 })).toEqual(expected)
    expect(await watched(inChoice1)).toEqual([])
  })

  test('leave out the one the answer broke off in', async () => {
    const seen: unknown[] = []
    for await (const row of elements(accumulate([chunk({ content: '[1,2' })]))) seen.push(row)
    expect(seen).toEqual([1])
  })
})
