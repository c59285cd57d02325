// A server that never stops talking ends in time, and takes memory near its bytes.
import { createGzip } from 'node:zlib'
import { LimitError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { APITimeoutError, SseDecoder, type Timeouts, Transport } from './index.ts'
import { type Answer, data, delta, loopback, params } from './test/loopback.ts'

const head = { 'content-type': 'text/event-stream' }

/** As fast as the socket takes it. */
const flood =
  (text: string, first = ''): Answer =>
  (response) => {
    response.writeHead(200, head)
    response.write(first)
    pour(response, text.repeat(Math.ceil(65_536 / text.length)))
  }

const gzipped =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200, { ...head, 'content-encoding': 'gzip' })
    const gzip = createGzip()
    gzip.pipe(response)
    pour(gzip, text.repeat(Math.ceil(65_536 / text.length)), response)
  }

function pour(
  to: { write(text: string): boolean; once(event: 'drain', listener: () => void): unknown; destroyed: boolean },
  text: string,
  until: { destroyed: boolean } = to,
): void {
  if (until.destroyed) return
  while (to.write(text) && !until.destroyed);
  to.once('drain', () => pour(to, text, until))
}

/** A `fetch` whose body has always more, without ever a turn for a timer. */
const endless =
  (text: string): typeof globalThis.fetch =>
  async () =>
    new Response(
      new ReadableStream(
        { pull: (controller) => controller.enqueue(new TextEncoder().encode(text)) },
        { highWaterMark: 0 },
      ),
      { headers: head },
    )

const empty = data(delta({}))
const content = data(delta({ content: 'a' }))

test.each<[name: string, kind: keyof Timeouts, answer: Answer]>([
  ['comments', 'total', flood(': wait\n\n')],
  ['comments', 'firstEvent', flood(': wait\n\n')],
  ['blank lines', 'firstEvent', flood('\n')],
  ['comments behind the first event', 'idle', flood(': wait\n\n', content)],
  ['empty deltas', 'total', flood(empty)],
  ['deltas', 'total', flood(content)],
  ['compressed deltas', 'total', gzipped(empty)],
])('a flood of %s ends with `%s`', async (_name, kind, answer) => {
  await using server = await loopback(answer)
  await using client = new Transport({
    baseURL: server.url,
    maxRetries: 0,
    timeout: { [kind]: 150 },
    limits: { maxEventBytes: Number.POSITIVE_INFINITY },
  })
  const began = performance.now()
  const error = await drained(client)
  expect(error).toBeInstanceOf(APITimeoutError)
  expect(error).toMatchObject({ timeout: kind })
  expect(performance.now() - began).toBeLessThan(5_000)
})

test.each([
  ['comments', ': wait\n\n'],
  ['empty deltas', empty],
])('a `fetch` that always has %s at hand ends with the total', async (_name, text) => {
  await using client = new Transport({
    baseURL: 'http://localhost/v1',
    maxRetries: 0,
    timeout: 150,
    fetch: endless(text),
    limits: { maxEventBytes: Number.POSITIVE_INFINITY },
  })
  expect(await drained(client)).toMatchObject({ timeout: 'total' })
})

test.each([
  ['comments', flood(': wait\n\n')],
  ['blank lines', flood('\n')],
  ['compressed comments', gzipped(': wait\n\n')],
  ['lines of an event', flood('data: x\n')],
])('a flood of %s ends at the bound of an event', async (_name, answer) => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, limits: { maxEventBytes: 1_000_000 } })
  const error = await drained(client)
  expect(error).toBeInstanceOf(LimitError)
  expect(error).toMatchObject({ limit: 'maxEventBytes', allowed: 1_000_000 })
})

test('an event of short lines takes memory near its bytes', () => {
  const events: string[] = []
  const decoder = new SseDecoder((event) => events.push(event))
  const lines = new TextEncoder().encode('data:x\n'.repeat(10_000))
  const before = process.memoryUsage().heapUsed
  for (let count = 0; count < 100; count++) decoder.push(lines)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 2 ** 20) // of 7 MB; as a rope 64 MiB and more
  decoder.push(new TextEncoder().encode('\n'))
  expect(events).toEqual(['x\n'.repeat(1_000_000).slice(0, -1)])
})

test('a line that comes byte by byte takes memory near its bytes', () => {
  const events: string[] = []
  const decoder = new SseDecoder((event) => events.push(event))
  const bytes = new TextEncoder().encode('x')
  decoder.push(new TextEncoder().encode('data:'))
  const before = process.memoryUsage().heapUsed
  for (let count = 0; count < 2_000_000; count++) decoder.push(bytes)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 2 ** 20) // of 2 MB; as a rope 60 MiB and more
  decoder.push(new TextEncoder().encode('\n\n'))
  expect(events).toEqual(['x'.repeat(2_000_000)])
})

async function drained(client: Transport): Promise<unknown> {
  try {
    for await (const _ of await client.create({ ...params, stream: true }));
    return undefined
  } catch (error) {
    return error
  }
}
