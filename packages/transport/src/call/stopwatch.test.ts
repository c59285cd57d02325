import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { virtualClock } from '@toolloop/testing'
import { expect, test } from 'vitest'
import { APITimeoutError, type Timeouts, Transport } from '../index.ts'
import { type Answer, data, delta, hello, json, loopback, params, patience } from '../test/loopback.ts'

const never: Answer = () => {}
const head = { 'content-type': 'text/event-stream' }
const headersOnly: Answer = (response) => response.writeHead(200, head).flushHeaders()

/** Writes this text again and again. */
const dripping =
  (text: string, first = '', milliseconds = 10): Answer =>
  (response) => {
    response.writeHead(200, head).flushHeaders()
    response.write(first)
    const timer = setInterval(() => response.write(text), milliseconds)
    response.on('close', () => clearInterval(timer))
  }

const content = data(delta({ content: 'a' }))
const cases: readonly [name: string, kind: keyof Timeouts, timeout: Timeouts, answer: Answer][] = [
  ['never sends headers', 'headers', { headers: 60 }, never],
  ['never sends headers, in all', 'total', { total: 60 }, never],
  ['never sends headers, per attempt', 'attempt', { attempt: 60 }, never],
  ['stalls after headers', 'firstEvent', { firstEvent: 60 }, headersOnly],
  ['stalls after headers, in all', 'total', { total: 60 }, headersOnly],
  ['sends comments only', 'firstEvent', { firstEvent: 60 }, dripping(': wait\n\n')],
  ['stalls after the first event', 'idle', { idle: 60 }, dripping('', content)],
  ['sends comments after the first event', 'idle', { idle: 60 }, dripping(': wait\n\n', content)],
  ['drips one event for ever', 'idle', { idle: 60 }, dripping('x', `${content}data: {"`)],
  ['sends events for ever', 'total', { total: 60 }, dripping(content)],
  ['sends empty deltas for ever', 'total', { total: 60 }, dripping(data(delta({})))],
  ['sends events for ever, per attempt', 'attempt', { attempt: 60 }, dripping(content)],
]

test.each(cases)('a stream that %s', async (_name, kind, timeout, answer) => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, maxRetries: 0, timeout })
  const error = await drain(client).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(APITimeoutError)
  expect(error).toMatchObject({ timeout: kind, allowed: 60, code: 'timeout', retryable: kind !== 'total' })
  expect(String(error)).toContain(`timeout.${kind}`)
  await expect.poll(server.open, patience).toBe(0)
})

test.each<[string, Answer]>([
  ['never sends headers', never],
  ['drips a body for ever', dripping(' ', '{')],
  ['drips an error body for ever', (response) => void response.writeHead(500).write('{"error":')],
])('a plain answer that %s ends with the total', async (_name, answer) => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  const started = performance.now()
  await expect(client.create(params, { timeout: 60 })).rejects.toBeInstanceOf(Error)
  expect(performance.now() - started).toBeLessThan(2000)
  await expect.poll(server.open, patience).toBe(0)
})

test('no connection within its time', async () => {
  const idle = { dispatch: () => true }
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', dispatcher: idle, maxRetries: 0 })
  const failed = client.create(params, { timeout: { connect: 30 } })
  await expect(failed).rejects.toMatchObject({ name: 'APITimeoutError', timeout: 'connect', allowed: 30 })
})

test('a key that never comes is waited for within the total', async () => {
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', apiKey: () => new Promise<never>(() => {}) })
  await expect(client.create(params, { timeout: 30 })).rejects.toMatchObject({ timeout: 'total' })
})

test('with fetch, a slow answer is no slow connection', async () => {
  await using server = await loopback((response) => void setTimeout(() => response.end(JSON.stringify(hello)), 120))
  const timeout = { connect: 30 }
  await using client = new Transport({ baseURL: server.url, fetch: globalThis.fetch, maxRetries: 0, timeout })
  await expect(client.create(params)).resolves.toEqual(hello)
  await expect(client.create(params, { timeout: { headers: 30 } })).rejects.toMatchObject({ timeout: 'headers' })
})

test('the clocks run behind a redirect too', async () => {
  await using server = await loopback(json(307, '', { location: '/v2' }), never)
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.create(params, { timeout: { headers: 40 } })).rejects.toMatchObject({ timeout: 'headers' })
})

test('timeouts are retried, the total is not', async () => {
  await using server = await loopback(never, json(200, hello))
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 }, timeout: { headers: 40 } })
  await expect(client.create(params)).resolves.toEqual(hello)
})

test('no clock runs while the consumer holds us back', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(content)
    setTimeout(() => response.end(data(delta({}, 'stop'), '[DONE]')), 30)
  })
  await using client = new Transport({ baseURL: server.url, timeout: { total: 150, idle: 100, attempt: 150 } })
  let count = 0
  for await (const _ of await client.create({ ...params, stream: true })) {
    count++
    await sleep(300)
  }
  expect(count).toBe(2)
})

test('a finished stream that stays open ends at [DONE], and its socket is closed', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'a' }, 'stop'), '[DONE]'))
  })
  await using client = new Transport({ baseURL: server.url, timeout: { idle: 5000 } })
  const started = performance.now()
  await drain(client)
  expect(performance.now() - started).toBeLessThan(1000)
  await expect.poll(server.open, patience).toBe(0)
})

const finished = data(delta({ content: 'a' }, 'stop'))
test.each<[string, Timeouts, number, string]>([
  ['5 s', {}, 5_000, ''],
  ['what `trailer` says', { trailer: 1_000 }, 1_000, ''],
  ['no more than `idle`', { idle: 2_000 }, 2_000, ''],
  ['`idle`, when `trailer` is switched off', { trailer: 0 }, 180_000, ''],
  ['the total, when both are', { trailer: Number.POSITIVE_INFINITY, idle: 0 }, 600_000, ''],
  ['so much also with half an event behind it', {}, 5_000, 'data: {"cho'],
])('a finished stream without [DONE] that stays open gets %s, and ends normally', async (_name, timeout, ms, rest) => {
  await using server = await loopback((response) => void response.writeHead(200, head).write(finished + rest))
  const clock = virtualClock()
  await using client = new Transport({ baseURL: server.url, clock, timeout, maxRetries: 0 })
  const stream = (await client.create({ ...params, stream: true }))[Symbol.asyncIterator]()
  expect(await stream.next()).toMatchObject({ done: false })
  let ended = false
  const last = stream.next().finally(() => (ended = true))
  await clock.advance(ms - 1)
  expect(ended).toBe(false)
  await clock.advance(1)
  expect(await last).toEqual({ done: true, value: undefined })
  expect(clock.pending).toBe(0)
  await expect.poll(server.open, patience).toBe(0)
})

test('what follows the finish within its time belongs to the answer', async () => {
  const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
  await using server = await loopback((response) => {
    response.writeHead(200, head).write(finished)
    setTimeout(() => response.write(data(usage)), 60)
  })
  await using client = new Transport({ baseURL: server.url, timeout: { trailer: 1_000 } })
  await expect(drain(client)).resolves.toBe(2)
})

test.each<[unknown, string]>([
  [-1, 'timeout.total'],
  [Number.NaN, 'timeout.total'],
  [{ idle: '5' }, 'timeout.idle'],
  [{ read: 5 }, 'There is no timeout `read`'],
])('a timeout of %j is refused', (timeout, words) => {
  expect(() => new Transport({ timeout: timeout as number })).toThrow(words)
})

async function drain(client: Transport): Promise<number> {
  let count = 0
  for await (const _ of await client.create({ ...params, stream: true })) count++
  return count
}

test('a failure that cannot even be read leaves no clock running', async () => {
  const clock = virtualClock()
  const fetch = (): Promise<Response> => Promise.reject(Object.create(null))
  await using client = new Transport({ baseURL: 'https://example.com/v1', fetch, clock, maxRetries: 0 })
  await expect(client.create(params)).rejects.toThrow(/got no answer: an error that cannot be read/)
  expect(clock.pending).toBe(0)
})

/** A server with a thread of its own, which answers while this one is busy. */
const threaded = `
const { parentPort } = require('node:worker_threads')
const server = require('node:http').createServer((request, response) => {
  parentPort.postMessage('asked')
  if (request.url.startsWith('/answer')) setTimeout(() => response.end(${JSON.stringify(JSON.stringify(hello))}), 10)
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

test('an answer that came in time while the process was busy is no timeout, and a missing one is', async () => {
  const worker = new Worker(threaded, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const ask = async (path: string): Promise<unknown> => {
    const baseURL = `http://127.0.0.1:${port}/${path}`
    await using client = new Transport({ baseURL, apiKey: 'k', maxRetries: 0, timeout: { headers: 150 } })
    const answer = client.create(params).catch((error: unknown) => error)
    await once(worker, 'message')
    await new Promise((resolve) => setImmediate(resolve)) // behind it timers come first, then sockets
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    return await answer
  }
  try {
    expect(await ask('answer')).toEqual(hello)
    expect(await ask('silence')).toMatchObject({ name: 'APITimeoutError', timeout: 'headers' })
  } finally {
    await worker.terminate()
  }
})
