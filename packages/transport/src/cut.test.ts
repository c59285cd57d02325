// A streamed answer whose body ends too early, at every byte and in every way: half an event is a cut, and an answer
// stands only behind the finish of all its choices.
import type { ServerResponse } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Chunk, StreamError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { APIConnectionError, APIError, APITimeoutError, APIUserAbortError, readChunks, Transport } from './index.ts'
import { data, loopback, params } from './test/loopback.ts'

const said = (content: string, finish: string | null = null, index = 0): unknown => ({
  choices: [{ index, delta: { content }, finish_reason: finish }],
})
const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
const events = [
  data(said('é')),
  ': keep-alive\n\n',
  `event: message\nid: 7\n${data(said('!', 'stop'))}`,
  ': keep-alive\n\n',
  data(usage),
  data('[DONE]'),
]
interface Body {
  readonly bytes: Buffer
  /** One for each number of bytes that may arrive. */
  readonly cuts: readonly number[]
  /** Do so many bytes hold the answer, with no half event behind it? */
  readonly stands: (cut: number) => boolean
}

function bodyWith(lineEnd: string): Body {
  const written = events.map((event) => event.replaceAll('\n', lineEnd))
  const bytes = Buffer.from(written.join(''))
  const stands = (cut: number): boolean => {
    let left = cut
    let finished = false
    for (const event of written) {
      if (left <= 0) return finished
      const length = Buffer.byteLength(event)
      // The blank line alone may be missing.
      if (!event.startsWith(':') && left < length - 2 * lineEnd.length) return false
      finished ||= event.includes('"stop"')
      left -= length
    }
    return true
  }
  return { bytes, cuts: Array.from({ length: bytes.length + 1 }, (_, cut) => cut), stands }
}

const { bytes, cuts, stands } = bodyWith('\n')
const firstWhole = cuts.find(stands) ?? bytes.length

const endings: readonly [name: string, end: (response: ServerResponse, part: Buffer) => void][] = [
  ['an end', (response, part) => response.end(part)],
  ['a closed connection', (response, part) => response.write(part, () => response.destroy())],
]

test.each(endings)('%s at every byte', async (_name, end) => {
  await using server = await loopback((response, _seen, cut) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    end(response, bytes.subarray(0, cut))
  })
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  for (const cut of cuts) {
    const { text, error } = await read(await client.create({ ...params, stream: true }))
    expect(error === undefined, `cut at ${cut}: ${String(error)}`).toBe(stands(cut))
    expect('é!'.startsWith(text)).toBe(true)
    if (error === undefined) expect(text).toBe('é!')
    // Before the answer has said anything the failure is that of the connection, and would be retried.
    else expect(error instanceof StreamError || (text === '' && error instanceof APIConnectionError)).toBe(true)
  }
})

test('a reset at every byte, which may lose what was sent before', async () => {
  await using server = await loopback((response, _seen, cut) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    response.write(bytes.subarray(0, cut), () => response.socket?.resetAndDestroy())
  })
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  for (const cut of cuts) {
    const stream = await client.create({ ...params, stream: true }).catch((error: unknown) => error)
    const { text, error } = stream instanceof Error ? { text: '', error: stream } : await read(stream as Chunks)
    expect('é!'.startsWith(text)).toBe(true)
    if (error === undefined) expect(cut).toBeGreaterThanOrEqual(firstWhole)
    else expect(error instanceof StreamError || (text === '' && error instanceof APIConnectionError)).toBe(true)
  }
})

test.each([
  ['LF', '\n', 1_000_000],
  ['LF', '\n', 1],
  ['CRLF', '\r\n', 1_000_000],
  ['CRLF', '\r\n', 1],
  ['CR', '\r', 7],
])('a source that throws at every byte ends like one that is over (%s, %#)', async (_name, lineEnd, step) => {
  const body = bodyWith(lineEnd)
  for (const cut of body.cuts) {
    const reset = new Error('reset')
    const part = body.bytes.subarray(0, cut)
    const broken = await read(readChunks(source(inSteps(part, step), reset)))
    const over = await read(readChunks(source(inSteps(part, step))))
    expect(broken.text).toBe(over.text)
    expect(broken.error, `cut at ${cut}`).toBe(body.stands(cut) ? undefined : reset)
    expect(over.error === undefined).toBe(body.stands(cut))
    if (over.error !== undefined) expect(over.error).toBeInstanceOf(StreamError)
  }
})

test.each<[string, string, string]>([
  ['half a chunk', 'data: {"choices":[{"ind', 'in the middle of an event; the server sent: {"choices":[{"ind'],
  ['half of [DONE]', 'data: [DO', 'in the middle of an event; the server sent: [DO'],
  ['a name and nothing else', 'event: mess', 'in the middle of an event'],
  ['half a name', 'dat', 'in the middle of an event'],
  [
    'half an error',
    'event: error\ndata: {"message":"over',
    'in the middle of an event; the server sent: {"message":"over',
  ],
])('a finished answer that ends with %s is cut', async (_name, rest, words) => {
  const body = Buffer.from(data(said('é', 'stop')) + rest)
  const { text, error } = await read(readChunks(source([body])))
  expect(text).toBe('é')
  expect(error).toBeInstanceOf(StreamError)
  expect(String(error)).toContain(words)
})

test.each<[string, string]>([
  ['nothing', ''],
  ['half a comment', ': wai'],
  ['half of what follows [DONE]', 'data: [DONE]\n\ndata: {"cho'],
  ['white space', '  '],
])('a finished answer that ends with %s is whole', async (_name, rest) => {
  const body = Buffer.from(data(said('é', 'stop')) + rest)
  expect(await read(readChunks(source([body])))).toEqual({ text: 'é', error: undefined })
})

test.each<[string, string]>([
  ['an object', 'event: error\ndata: {"message":"overloaded"}'],
  ['words', 'event: error\ndata: overloaded'],
  ['a line', 'error: {"message":"overloaded"}'],
])('an error without its blank line is reported (%s)', async (_name, text) => {
  for (const failure of [undefined, new Error('reset')]) {
    const { error } = await read(readChunks(source([Buffer.from(text)], failure)))
    expect(error).toBeInstanceOf(APIError)
    expect(String(error)).toContain('overloaded')
  }
})

test('a broken source ends an answer normally only when every requested choice had finished', async () => {
  const reset = new Error('reset')
  const one = Buffer.from(data(said('a', 'stop')))
  const both = Buffer.from(data(said('a', 'stop'), said('b', 'stop', 1)))
  expect((await read(readChunks(source([one], reset), { n: 2 }))).error).toBe(reset)
  expect((await read(readChunks(source([both], reset), { n: 2 }))).error).toBeUndefined()
})

test('after the finish a timeout ends the answer normally, and an abort throws', async () => {
  const body = Buffer.from(`${data(said('a', 'stop'))}data: {"cho`)
  const late = new APITimeoutError('total', 1, 'late')
  const abort = new APIUserAbortError()
  expect(await read(readChunks(source([body], late)))).toEqual({ text: 'a', error: undefined })
  expect(await read(readChunks(source([body], abort)))).toEqual({ text: 'a', error: abort })
})

function inSteps(part: Uint8Array, step: number): Uint8Array[] {
  const length = Math.ceil(part.length / Math.min(step, part.length || 1))
  return Array.from({ length }, (_, at) => part.subarray(at * step, (at + 1) * step))
}

async function* source(parts: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* parts
  if (failure !== undefined) throw failure
}

type Chunks = AsyncIterable<Chunk | readonly Chunk[]>

async function read(chunks: Chunks): Promise<{ text: string; error: unknown }> {
  let text = ''
  try {
    for await (const batch of chunks) for (const { choices } of [batch].flat()) text += choices[0]?.delta.content ?? ''
    return { text, error: undefined }
  } catch (error) {
    return { text, error }
  }
}

test('reads without a chunk keep nothing in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let grown = 0
  const batches = readChunks(
    (async function* () {
      collect()
      const before = process.memoryUsage().heapUsed
      for (let count = 0; count < 100_000; count++) yield keepAlive
      collect()
      grown = process.memoryUsage().heapUsed - before
      yield Buffer.from(data(said('a', 'stop'), '[DONE]'))
    })(),
  )
  for await (const chunks of batches) expect(chunks).toHaveLength(1)
  expect(grown).toBeLessThan(2_000_000)
})

const keepAlive = Buffer.from(': keep-alive\n\n')
