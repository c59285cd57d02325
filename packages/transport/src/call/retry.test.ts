import { virtualClock } from '@toolloop/testing'
import { expect, test, vi } from 'vitest'
import { APIError, APIUserAbortError, AuthenticationError, RateLimitError, Transport } from '../index.ts'
import { type Answer, data, delta, hello, json, loopback, params, sse } from '../test/loopback.ts'

const fail = (): never => {
  throw new Error('mine')
}
const reset: Answer = (response) => void response.socket?.destroy()
const quick = { initial: 1, max: 2 }

const outcomes: readonly [name: string, answer: Answer, requests: number][] = [
  ['408', json(408, {}), 3],
  ['409', json(409, {}), 3],
  ['429', json(429, {}), 3],
  ['500', json(500, {}), 3],
  ['503', json(503, {}), 3],
  ['529', json(529, {}), 3],
  ['a reset', reset, 3],
  ['an empty 200', json(200, ''), 3],
  ['a truncated 200', json(200, JSON.stringify(hello).slice(0, 50)), 3],
  ['400', json(400, {}), 1],
  ['401', json(401, {}), 1],
  ['403', json(403, {}), 1],
  ['404', json(404, {}), 1],
  ['422', json(422, {}), 1],
  ['a spent quota (code)', json(429, { error: { code: 'insufficient_quota' } }), 1],
  ['a spent quota (type)', json(429, { error: { type: 'insufficient_quota' } }), 1],
  ['x-should-retry: false', json(500, {}, { 'x-should-retry': 'false' }), 1],
  ['x-should-retry: true', json(400, {}, { 'x-should-retry': 'true' }), 3],
  ['retry-after-ms', json(429, {}, { 'retry-after-ms': '1' }), 3],
  ['retry-after of no time', json(429, {}, { 'retry-after': '0' }), 3],
  ['retry-after in the past', json(429, {}, { 'retry-after': new Date(0).toUTCString() }), 3],
  ['retry-after that is garbage', json(429, {}, { 'retry-after': 'soon' }), 3],
  ['retry-after below nothing', json(429, {}, { 'retry-after': '-5' }), 3],
  ['retry-after of a day', json(429, {}, { 'retry-after': '86400' }), 1],
  ['retry-after tomorrow', json(503, {}, { 'retry-after': new Date(Date.now() + 86_400_000).toUTCString() }), 1],
  ['an error object in a 200', json(200, { error: { message: 'no' } }), 1],
  ['an error object in a 200 that states 503', json(200, { error: { message: 'busy', code: 503 } }), 3],
]

test.each(outcomes)('%s, plain', async (_name, answer, requests) => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, backoff: quick })
  await expect(client.create(params)).rejects.toBeInstanceOf(Error)
  expect(server.requests.length).toBe(requests)
  expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
})

test.each(outcomes)('%s, streamed', async (_name, answer, requests) => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, backoff: quick })
  await expect(drain(client)).rejects.toBeInstanceOf(Error)
  expect(server.requests.length).toBe(requests)
})

const beginnings: readonly [name: string, body: string, requests: number][] = [
  ['nothing', '', 3],
  ['comments', ': hold on\n\n: hold on\n\n', 3],
  ['a role', data(delta({ role: 'assistant', content: '' })), 3],
  ['no choices', data({ id: 'x', choices: [] }), 3],
  ['an overloaded error', data({ error: { message: 'overloaded', code: 503 } }), 3],
  ['a lasting error', data({ error: { message: 'bad', code: 400 } }), 1],
  ['content', data(delta({ content: 'a' })), 1],
  ['reasoning', data(delta({ reasoning_content: 'a' })), 1],
  ['a refusal', data(delta({ refusal: 'a' })), 1],
  ['a tool call', data(delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] })), 1],
]

test.each(beginnings)('a stream that ends after %s', async (_name, body, requests) => {
  await using server = await loopback(sse(body))
  await using client = new Transport({ baseURL: server.url, backoff: quick })
  await expect(drain(client)).rejects.toBeInstanceOf(Error)
  expect(server.requests.length).toBe(requests)
})

test('every retry is reported to the caller and to the logger', async () => {
  await using server = await loopback(json(503, { error: { message: 'busy' } }), json(200, hello))
  const warn = vi.fn<(message: string, fields: object) => void>()
  await using client = new Transport({
    baseURL: server.url,
    backoff: { initial: 8 },
    random: () => 0.5,
    logger: { warn },
  })
  const onRetry = vi.fn<(retry: object) => void>()
  await client.create(params, { onRetry })
  expect(onRetry.mock.calls).toEqual([[{ attempt: 1, error: expect.any(APIError), delay: 4 }]])
  expect(warn.mock.calls).toEqual([
    [
      'request will be retried',
      expect.objectContaining({ attempt: 1, delay: 4, error: expect.stringContaining('busy') }),
    ],
  ])
})

test('a throwing listener or logger does not fail the request', async () => {
  await using server = await loopback(json(503, {}), json(200, hello))
  await using client = new Transport({
    baseURL: server.url,
    backoff: quick,
    logger: { warn: fail, error: fail, debug: fail },
  })
  await expect(client.create(params, { onRetry: fail })).resolves.toEqual(hello)
})

test('the back-off doubles up to its maximum', async () => {
  await using server = await loopback(json(500, {}))
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 2, max: 10 }, random: () => 1 })
  const delays: number[] = []
  await client.create(params, { maxRetries: 4, onRetry: ({ delay }) => delays.push(delay) }).catch(() => {})
  expect(delays).toEqual([2, 4, 8, 10])
})

test('a clock of the caller’s runs back-offs and timeouts', async () => {
  await using server = await loopback(json(503, {}, { 'retry-after': '5' }), () => {})
  const clock = virtualClock()
  await using client = new Transport({ baseURL: server.url, clock, timeout: 600_000 })
  const failed = client.create(params).catch((cause: unknown) => cause)
  const requests = async (count: number): Promise<void> =>
    expect.poll(async () => (await clock.advance(1000), server.requests.length)).toBe(count)
  await requests(2)
  await clock.advance(600_000)
  expect(await failed).toMatchObject({ timeout: 'total', allowed: 600_000 })
})

test('a wait beyond the cap ends at once, with the wait on the error', async () => {
  await using server = await loopback(json(429, { error: { message: 'slow down' } }, { 'retry-after': '3600' }))
  await using client = new Transport({ baseURL: server.url })
  const error = await client.create(params).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(RateLimitError)
  expect(error).toMatchObject({ retryAfter: 3_600_000, retryable: true })
  expect(String(error)).toContain('3600 s')
})

test('a wait beyond the deadline ends at once', async () => {
  await using server = await loopback(json(429, {}, { 'retry-after': '30' }))
  await using client = new Transport({ baseURL: server.url, timeout: 20_000 })
  await expect(client.create(params)).rejects.toBeInstanceOf(RateLimitError)
  expect(server.requests.length).toBe(1)
})

test('an abort ends the back-off', async () => {
  await using server = await loopback(json(503, {}, { 'retry-after': '5' }))
  await using client = new Transport({ baseURL: server.url })
  const abort = new AbortController()
  const failed = client.create(params, {
    signal: abort.signal,
    onRetry: () => setImmediate(() => abort.abort('enough')),
  })
  await expect(failed).rejects.toBeInstanceOf(APIUserAbortError)
  await expect(failed).rejects.toMatchObject({ cause: 'enough' })
  expect(server.requests.length).toBe(1)
})

test('disposing of a stream ends the back-off too, and nothing more is sent', async () => {
  await using server = await loopback(sse(''))
  await using client = new Transport({
    baseURL: server.url,
    backoff: { initial: 60_000, max: 60_000 },
    random: () => 0.9,
  })
  const { promise: waiting, resolve } = Promise.withResolvers<void>()
  const stream = await client.create({ ...params, stream: true }, { onRetry: () => resolve() })
  const failed = (async () => {
    for await (const _ of stream);
  })().catch((cause: unknown) => cause)
  await waiting
  await stream[Symbol.asyncDispose]()
  expect(await failed).toMatchObject({ name: 'APIConnectionError', message: expect.stringContaining('cancelled') })
  expect(server.requests.length).toBe(1)
})

test('a key function is called again after a 401, whatever failed before it', async () => {
  await using server = await loopback(json(503, {}), json(401, {}), json(200, hello))
  const keys = ['old-key', 'old-key', 'new-key']
  await using client = new Transport({
    baseURL: server.url,
    apiKey: async () => keys.shift() ?? 'none',
    backoff: { initial: 1 },
  })
  await client.create(params)
  expect(server.requests).toHaveLength(3)
})

test('a key function is called again after a 401, once', async () => {
  await using server = await loopback(json(401, {}), json(200, hello))
  const keys = ['sk-old-key', 'sk-new-key', 'sk-none-key']
  await using client = new Transport({ baseURL: server.url, apiKey: async () => keys.shift() ?? '' })
  await client.create(params)
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer sk-old-key',
    'Bearer sk-new-key',
  ])

  await using stubborn = await loopback(json(401, {}))
  await using other = new Transport({ baseURL: stubborn.url, apiKey: () => 'sk-wrong-key' })
  await expect(other.create(params, { maxRetries: 5 })).rejects.toBeInstanceOf(AuthenticationError)
  expect(stubborn.requests.length).toBe(2)
})

test('maxRetries: 0 sends once', async () => {
  await using server = await loopback(json(500, {}))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.create(params)).rejects.toMatchObject({ status: 500 })
  expect(server.requests.length).toBe(1)
})

async function drain(client: Transport): Promise<void> {
  for await (const _ of await client.create({ ...params, stream: true }));
}

test('a signal and a listener of the client serve all its requests', async () => {
  await using server = await loopback(json(503, {}), json(200, hello))
  const controller = new AbortController()
  const told: string[] = []
  await using client = new Transport({
    baseURL: server.url,
    backoff: { initial: 1 },
    signal: controller.signal,
    onRetry: () => told.push('client'),
  })
  await client.create(params, { signal: new AbortController().signal, onRetry: () => told.push('request') })
  expect(told).toEqual(['client', 'request'])
  controller.abort()
  await expect(client.create(params)).rejects.toThrow(/abort/i)
  expect(server.requests).toHaveLength(2)
})

test('an unknown option of a client throws', () => {
  expect(() => new Transport({ apikey: 'x' } as never)).toThrow(/A client has no option `apikey`; there are apiKey/)
})

test.each(['request is sent', 'response has begun'])('an abort by the logger, at "%s", is heard', async (message) => {
  await using server = await loopback((response) => response.writeHead(200, { 'content-length': 9 }).flushHeaders())
  const controller = new AbortController()
  const debug = (said: string): void => void (said === message && controller.abort())
  await using client = new Transport({ baseURL: server.url, logger: { debug } })
  await expect(client.create(params, { signal: controller.signal })).rejects.toBeInstanceOf(APIUserAbortError)
})
