// Whoever quotes the key, and wherever it hides: no error of ours passes it on.
import { inspect } from 'node:util'
import { UsageError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { APIConnectionError, APIError, type ClientOptions, Transport } from './index.ts'
import { type Answer, json, loopback, params, sse } from './test/loopback.ts'

const apiKey = 'sk-proj-very-secret-key-1234'

async function failureOf(client: Transport, stream = false): Promise<Error> {
  try {
    if (!stream) await client.create(params)
    else for await (const _ of await client.create({ ...params, stream: true }));
  } catch (error) {
    return error as Error
  }
  throw new Error('It did not fail')
}

/** All that anyone could print of it. */
function everything(error: Error): string {
  const headers = error instanceof APIError ? JSON.stringify([...(error.headers ?? [])]) : ''
  return [inspect(error, { depth: 12, showHidden: true, getters: true }), error.stack, headers].join('\n')
}

const secret = { authorization: `Bearer ${apiKey}` }
const thrown: readonly [name: string, make: (request: Request) => unknown][] = [
  ['in an object it carries', () => Object.assign(new TypeError('failed'), { config: { headers: secret } })],
  ['in a request it carries', (request) => Object.assign(new TypeError('failed'), { request })],
  ['in a map it carries', () => Object.assign(new TypeError('failed'), { sent: new Map([['headers', secret]]) })],
  ['in what stays hidden', () => Object.defineProperty(new TypeError('failed'), 'hidden', { value: secret })],
  ['in one of its errors', () => new AggregateError([new Error(apiKey)], 'failed')],
  ['in its deepest cause', () => new Error('failed', { cause: new Error('no', { cause: { secret } }) })],
  ['in its name', () => Object.assign(new Error('failed'), { name: apiKey })],
  ['without being an error', () => ({ headers: secret })],
  [
    'behind a getter that throws',
    () => Object.defineProperty({ secret }, 'first', { get: unreadable, enumerable: true }),
  ],
  ['where the message is cut', () => new TypeError('x'.repeat(495) + apiKey)],
  ['in more than can be looked through', () => ({ list: Array.from({ length: 2_000 }, () => ({})), secret })],
]

test.each(thrown)('a `fetch` that throws the key %s', async (_name, make) => {
  const fetch = (url: string | URL | Request, init?: RequestInit): never => {
    throw make(new Request(url, init))
  }
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', apiKey, fetch, maxRetries: 0 })
  const error = await failureOf(client)
  expect(error).toBeInstanceOf(APIConnectionError)
  expect(everything(error)).not.toContain(apiKey.slice(0, 12))
})

test('a cause that holds no secret is passed on as it is', async () => {
  const cause = Object.assign(new TypeError('failed'), { list: [{ a: new Map([[1, 'b']]) }], bytes: new Uint8Array(9) })
  Object.assign(cause, { self: cause })
  const fetch = (): never => {
    throw cause
  }
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', apiKey, fetch, maxRetries: 0 })
  expect((await failureOf(client)).cause).toBe(cause)
})

const deep = '['.repeat(100_000) + ']'.repeat(100_000)
const answers: readonly [name: string, body: string, words: string][] = [
  ['JSON too deep to look through', `{"error":{"message":"wrong ${apiKey}","code":"bad"},"deep":${deep}}`, 'wrong ***'],
  ['JSON that breaks at the key', `{"a":${apiKey}}`, '{"a":***}'],
  ['JSON that breaks behind the key', `["${apiKey}" x`, '["***" x'],
]

test.each(answers)('a 200 that quotes the key in %s', async (_name, body, words) => {
  const answer: Answer = (response, seen, index) =>
    (seen.body.includes('"stream":true') ? sse(`data: ${body}\n\n`) : json(200, body))(response, seen, index)
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, apiKey, maxRetries: 0 })
  for (const stream of [false, true]) {
    const error = await failureOf(client, stream)
    expect(error.message).toContain(words)
    expect(everything(error)).not.toContain(apiKey.slice(0, 7))
  }
})

test.each<[string, ClientOptions]>([
  ['a query parameter', { query: { key: apiKey } }],
  ['a query parameter of the base URL', { baseURL: `?api_key=${apiKey}` }],
  ['a header of a gateway', { headers: { 'x-gateway-token': apiKey } }],
  ['a cookie', { headers: { cookie: apiKey } }],
])('a key in %s is as secret as the option', async (_name, options) => {
  await using server = await loopback(json(400, { error: { message: `no: ${apiKey}` } }))
  const baseURL = server.url + String(options.baseURL ?? '')
  await using client = new Transport({ maxRetries: 0, ...options, baseURL })
  const error = await failureOf(client)
  expect(error.message).toContain('no: ***')
  expect(everything(error)).not.toContain(apiKey)
})

test('a key that JSON writes differently is found there too', async () => {
  const odd = 'sk-"odd"\\key-1234'
  await using server = await loopback(json(400, { error: { message: `no: ${odd}` } }))
  await using client = new Transport({ baseURL: server.url, apiKey: odd, maxRetries: 0 })
  const error = await failureOf(client)
  expect(error.message).toContain('no: ***')
  expect(everything(error)).not.toMatch(/odd/)
})

test.each(['https://me:very-secret@[bad/v1', '//me:very-secret@host', `https://host:port/v1?key=very-secret`])(
  'a base URL that is none (%#) is not quoted with what is secret in it',
  (baseURL) => {
    const making = (): Transport => new Transport({ baseURL })
    expect(making).toThrow(UsageError)
    expect(making).not.toThrow('very-secret')
  },
)

test('what would steer a terminal is not quoted', async () => {
  await using server = await loopback(json(400, { error: { message: '\u001B[31mred\u0007\u009B1m\nline' } }))
  await using client = new Transport({ baseURL: server.url })
  expect((await failureOf(client)).message).toMatch(/: \[31mred 1m line$/)
})

function unreadable(): never {
  throw new Error('unreadable')
}
