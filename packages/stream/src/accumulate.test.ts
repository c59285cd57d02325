import type { Chunk } from '@toolloop/wire'
import { LimitError, StreamError, ToolloopError, UsageError } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import type { StreamEvent } from './index.ts'
import { accumulate, accumulateBatches, snapshotOf } from './index.ts'
import { asChunk, callChunk, chunk } from './test/chunks.ts'

const chunks = [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({}, 'stop')]

/** All events, and what the generator returned. */
async function drain<Event, Result>(
  events: AsyncGenerator<Event, Result>,
): Promise<{ events: Event[]; result: Result }> {
  const seen: Event[] = []
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { done, value } = await events.next()
    if (done) return { events: seen, result: value }
    seen.push(value)
  }
}

/** The events before the error, and the error. */
async function failing(
  events: AsyncGenerator<StreamEvent | StreamEvent[]>,
): Promise<{ events: StreamEvent[]; error: unknown }> {
  const seen: StreamEvent[] = []
  try {
    for await (const event of events) seen.push(...[event].flat())
  } catch (error) {
    return { events: seen, error }
  }
  throw new Error('It did not fail.')
}

// oxlint-disable-next-line require-await -- a source that never waits
async function* source(
  items: readonly (Chunk | readonly Chunk[])[],
  error?: unknown,
): AsyncGenerator<Chunk | readonly Chunk[]> {
  for (const item of items) yield item
  if (error !== undefined) throw error
}

describe('accumulate', () => {
  test('yields the events one by one and returns the completion', async () => {
    const { events, result } = await drain(accumulate(source(chunks)))
    expect(events.map((event) => event.type)).toEqual([
      'chunk',
      'content.delta',
      'chunk',
      'content.delta',
      'chunk',
      'content.done',
    ])
    expect(result.choices[0]).toMatchObject({ message: { content: 'ab' }, finish_reason: 'stop' })
  })

  test.each([
    ['batches', [chunks]],
    ['chunks and batches', [chunk({ content: 'a' }), [chunk({ content: 'b' }), chunk({}, 'stop')], []]],
  ])('takes %s', async (_title, items) => {
    const one = await drain(accumulate(source(items)))
    expect(one).toEqual(await drain(accumulate(source(chunks))))
    expect(await drain(accumulate(items))).toEqual(one)
  })

  test('makes nothing of nothing', async () => {
    const { events, result } = await drain(accumulate([]))
    expect([events, result.choices]).toEqual([[], []])
  })

  test('asks the source for more only when every event was taken', async () => {
    let asked = 0
    function* counting(): Generator<Chunk[]> {
      for (const item of chunks) {
        asked++
        yield [item, item]
      }
    }
    const events = accumulate(counting(), { chunkEvents: false })
    const trace: number[] = []
    for await (const event of events) if (event.type === 'content.delta') trace.push(asked)
    expect(trace).toEqual([1, 1, 2, 2])
  })

  test.each([
    [Promise.resolve(chunks), 'a promise; await it first'],
    [{}, 'an object without an iterator'],
    [undefined, 'undefined'],
  ])('refuses what holds no chunks: %s', async (wrong, words) => {
    const refused = drain(accumulate(wrong as never))
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow(words)
  })

  test('answers calls of next in order, also when they do not wait for each other', async () => {
    const events = accumulate(source([[...chunks], chunk({ content: 'c' })]), { chunkEvents: false })
    const results = await Promise.all(Array.from({ length: 6 }, () => events.next()))
    expect(results.map(({ done, value }) => (done ? done : value.type === 'content.delta' && value.delta))).toEqual([
      'a',
      'b',
      'c',
      false,
      true,
      true,
    ])
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  test('is over after return and throw', async () => {
    const events = accumulate(source(chunks))
    expect(await events.next()).toMatchObject({ done: false })
    const completion = (await drain(accumulate([]))).result
    expect(await events.return(completion)).toEqual({ done: true, value: completion })
    expect(await events.next()).toEqual({ done: true, value: undefined })
    const failed = accumulate(source(chunks))
    await failed.next()
    await expect(failed.throw(new Error('enough'))).rejects.toThrow('enough')
    expect(await failed.next()).toEqual({ done: true, value: undefined })
  })

  test('can be disposed', async () => {
    let closed = false
    function* endless(): Generator<Chunk> {
      try {
        for (;;) yield chunk({ content: 'x' })
      } finally {
        closed = true
      }
    }
    {
      await using events = accumulate(endless())
      await events.next()
    }
    expect(closed).toBe(true)
  })

  test('closes the source when it is left', async () => {
    let closed = false
    async function* endless(): AsyncGenerator<Chunk> {
      try {
        for (;;) yield await Promise.resolve(chunk({ content: 'x' }))
      } finally {
        closed = true
      }
    }
    for await (const event of accumulate(endless())) if (event.type === 'content.delta') break
    expect(closed).toBe(true)
  })
})

describe('accumulateBatches', () => {
  test('yields one list per batch and leaves empty ones out', async () => {
    const items = [
      [chunk({ role: 'assistant', content: '' })],
      [chunk({ content: 'a' }), chunk({ content: 'b' })],
      [chunk({}, 'stop')],
    ]
    const { events, result } = await drain(accumulateBatches(source(items), { chunkEvents: false }))
    expect(events.map((batch) => batch.map((event) => event.type))).toEqual([
      ['content.delta', 'content.delta'],
      ['content.done'],
    ])
    expect(result.choices[0]?.message.content).toBe('ab')
  })
})

describe.each([
  ['accumulate', accumulate],
  ['accumulateBatches', accumulateBatches],
] as const)('when the source of %s fails', (_name, run) => {
  const items = [chunk({ content: 'a' }), callChunk(0, 'c', 'f', '{"x')]

  test('a foreign error becomes the cause of a StreamError with the snapshot', async () => {
    const cause = new Error('socket hang up')
    const { events, error } = await failing(run(source(items, cause), { chunkEvents: false }))
    expect(events).toHaveLength(2)
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ message: 'The stream broke off: socket hang up', cause, retryable: true })
    expect(snapshotOf(error)?.choices[0]?.message).toMatchObject({
      content: 'a',
      tool_calls: [{ function: { arguments: '{"x' } }],
    })
  })

  test.each([
    new StreamError('It ended too early.'),
    new ToolloopError('connection', 'Connection reset.'),
    new DOMException('Aborted.', 'AbortError'),
  ])('an error of ours or an abort stays what it is and gains the snapshot: %s', async (thrown) => {
    const { error } = await failing(run(source(items, thrown)))
    expect(error).toBe(thrown)
    expect(snapshotOf(error)?.choices[0]?.message.content).toBe('a')
    expect(Object.keys(thrown)).not.toContain('snapshot')
  })

  test('a snapshot that is there already stays', async () => {
    const snapshot = (await drain(accumulate([]))).result
    const { error } = await failing(run(source(items, new StreamError('x', { snapshot }))))
    expect(snapshotOf(error)).toBe(snapshot)
  })

  test('a thrown value that is not an Error is reported', async () => {
    const { error } = await failing(run(source(items, 'just text')))
    expect(error).toMatchObject({ name: 'StreamError', message: 'The stream broke off: just text' })
  })

  test('a chunk that cannot be taken fails after the events before it', async () => {
    const bad = asChunk({ choices: [{ index: 0, delta: { content: 42 } }] })
    const { events, error } = await failing(run(source([[chunk({ content: 'a' }), bad]]), { chunkEvents: false }))
    expect(events.map((event) => event.type)).toEqual(['content.delta'])
    expect(error).toBeInstanceOf(StreamError)
    expect(snapshotOf(error)?.choices[0]?.message.content).toBe('a')
  })

  test('a limit that is hit is a LimitError with the snapshot', async () => {
    const { error } = await failing(run(source(chunks), { maxContentBytes: 1 }))
    expect(error).toBeInstanceOf(LimitError)
    expect(snapshotOf(error)?.choices[0]?.message.content).toBe('a')
  })
})

test('snapshotOf knows nothing of other errors', () => {
  expect(snapshotOf(new Error('x'))).toBeUndefined()
  expect(snapshotOf('x')).toBeUndefined()
})
