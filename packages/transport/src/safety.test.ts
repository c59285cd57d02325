// The key, the prompt and the process are safe, whoever answers.
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { LimitError, UsageError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  type ChunkStream,
  type ClientOptions,
  Transport,
} from './index.ts'
import { type Answer, data, delta, hello, json, loopback, params, sse, patience } from './test/loopback.ts'

const apiKey = 'sk-proj-very-secret-key-1234'

test('a redirect within the origin is followed with method and body', async () => {
  await using server = await loopback(json(307, '', { location: '/v2/chat/completions?x=1' }), json(200, hello))
  await using client = new Transport({ baseURL: server.url, apiKey })
  await expect(client.create(params)).resolves.toEqual(hello)
  expect(server.requests[1]).toMatchObject({ method: 'POST', url: '/v2/chat/completions?x=1' })
  expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual(params)
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) to another origin is not followed', async (status) => {
  await using other = await loopback(json(200, hello))
  await using server = await loopback(json(status, '', { location: `${other.url}/x?token=abc` }))
  await using client = new Transport({ baseURL: server.url, apiKey })
  for (const options of [{}, { fetch: globalThis.fetch }]) {
    await using web = new Transport({ baseURL: server.url, apiKey, ...options })
    const error = await web.create(params).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status })
    expect(String(error)).toContain(`to ${other.url}/x`)
  }
  await expect(client.retrieve('c1')).rejects.toThrow(other.url)
  expect(other.requests).toEqual([])
})

test.each([
  ['//elsewhere.example/x', 'to http://elsewhere.example/x. Nothing was sent there'],
  ['http:/\\elsewhere.example', 'to http://elsewhere.example/. Nothing was sent there'],
  ['javascript:alert(1)', 'to javascript:alert(1). Nothing was sent there'],
  ['https://me:secret@elsewhere.example/?token=secret', 'to https://elsewhere.example/. Nothing'],
  ['http://', 'without a target. It was not followed'],
])('a redirect to %s is reported and not followed', async (location, words) => {
  await using server = await loopback(json(307, '', { location }))
  await using client = new Transport({ baseURL: server.url, apiKey, maxRetries: 0 })
  const error = await client.create(params).catch((cause: unknown) => cause)
  expect(String(error)).toContain(words)
  expect(String(error)).not.toContain('secret')
  expect(server.requests.length).toBe(1)
})

test('a circle of redirects ends', async () => {
  await using server = await loopback(json(308, '', { location: '/v1/chat/completions' }))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.create(params)).rejects.toThrow('redirect')
  expect(server.requests.length).toBe(6)
})

const leaks: readonly [name: string, answer: Answer][] = [
  ['an error body', json(401, { error: { message: `wrong key ${apiKey}`, code: apiKey } })],
  ['an error text', json(401, `wrong key ${apiKey}`)],
  ['a header', json(401, {}, { 'www-authenticate': apiKey, 'x-request-id': apiKey })],
  ['a 200', json(200, { error: `wrong key ${apiKey}` })],
  ['a 200 of text', json(200, `hello ${apiKey}`)],
  ['a stream', sse(data({ error: { message: `wrong key ${apiKey}` } }))],
  ['words in a stream', sse(`data: wrong key ${apiKey}\n\n`)],
  ['broken JSON in a stream', sse(`data: {"${apiKey}\n\n`)],
  ['a redirect', json(307, '', { location: `https://example.com/${apiKey}` })],
]

test.each(leaks)('a key echoed in %s is on no error, log or retry', async (_name, answer) => {
  await using server = await loopback(answer)
  const logged: unknown[] = []
  const log = (...line: unknown[]): void => void logged.push(line)
  const logger = { debug: log, info: log, warn: log, error: log }
  await using client = new Transport({ baseURL: server.url, apiKey, logger, backoff: { initial: 1 } })
  for (const stream of [false, true]) {
    const error = await run(client, stream, (retry) => logged.push(retry)).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Error)
    const seen = [String(error), (error as Error).stack, everything(error), JSON.stringify(error), everything(logged)]
    expect(seen.join('\n')).not.toContain(apiKey)
  }
  expect(logged.length).toBeGreaterThan(0)
})

test.each([
  ['authorization', `Bearer ${apiKey}`],
  ['api-key', apiKey],
  ['x-api-key', apiKey],
])('a key given as the header %s is as secret as the option', async (name, value) => {
  await using server = await loopback(json(400, { error: { message: `no: ${apiKey}` } }))
  await using client = new Transport({ baseURL: server.url, headers: { [name]: value }, maxRetries: 0 })
  const error = await client.create(params).catch((cause: unknown) => cause)
  expect(everything(error)).toContain('no: ***')
  expect(everything(error)).not.toContain(apiKey)
})

test('a key in a foreign error is not passed on as its cause', async () => {
  const fetch = (_url: unknown, init?: RequestInit): never => {
    throw new TypeError(`cannot send ${JSON.stringify(init?.headers)}`, { cause: new Error(apiKey) })
  }
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', apiKey, fetch, maxRetries: 0 })
  const error = await client.create(params).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(APIConnectionError)
  expect(everything(error)).toContain('cannot send')
  expect(everything(error)).not.toContain(apiKey)
  expect(everything(client)).not.toContain(apiKey)
})

test('prompts and bodies are not enumerable on errors', async () => {
  await using server = await loopback(json(400, { error: { message: 'no', failed_generation: 'the secret plan' } }))
  await using client = new Transport({ baseURL: server.url })
  const error = await client
    .create({ model: 'm', messages: [{ role: 'user', content: 'my prompt' }] })
    .catch((cause: unknown) => cause)
  expect(inspect(error, { depth: 9 })).not.toMatch(/secret plan|my prompt/)
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'BadRequestError',
    code: 'api',
    message: expect.stringContaining('no'),
    status: 400,
  })
  expect((error as APIError).error).toEqual({ error: { message: 'no', failed_generation: 'the secret plan' } })
})

const refused: readonly [name: string, options: ClientOptions, words: string][] = [
  ['a key with a line break', { apiKey: `${apiKey}\n` }, 'white space'],
  ['a key with a line break inside', { apiKey: `${apiKey}\r\nx: y` }, 'line break'],
  ['an empty key', { apiKey: '' }, '`apiKey` is empty'],
  ['a key that is a number', { apiKey: 7 as never }, '`apiKey` must be a string'],
  ['a header value with a line break', { headers: { 'x-a': `${apiKey}\n` } }, 'The value of `x-a`'],
  ['a header value beyond Latin-1', { headers: { 'x-a': '€' } }, 'The value of `x-a`'],
  ['a header name with a blank', { headers: { 'x a': 'b' } }, '"x a" is not a header name'],
  ['a header value that is a number', { headers: { 'x-a': 1 as never } }, 'must be a string or null'],
  ['a base URL that is none', { baseURL: 'api.example.com' }, 'not a URL'],
  ['a base URL of a file', { baseURL: 'file:///etc/passwd' }, 'http: or https:'],
  [
    'a base URL with credentials',
    { baseURL: 'https://me:secret@example.com' },
    'must not contain a user name or password',
  ],
  ['a negative back-off', { backoff: { initial: -1 } }, '`backoff.initial`'],
  ['a bound that is none', { limits: { maxBodyBytes: Number.NaN } }, '`limits.maxBodyBytes`'],
  [
    'a key function that fails',
    { apiKey: () => Promise.reject(new Error('vault is closed')) },
    '`apiKey` threw: vault is closed',
  ],
  ['a key function that gives nothing', { apiKey: async () => undefined as never }, '`apiKey` must be a string'],
  ['negative retries', { maxRetries: -1 }, '`maxRetries`'],
  ['a misspelt bound', { limits: { maxBytes: 1 } as never }, '`limits` of a client has no option `maxBytes`'],
  ['a misspelt back-off', { backoff: { first: 1 } as never }, '`backoff` of a client has no option `first`'],
  ['a misspelt field of Azure', { azure: { version: 'v' } as never }, '`azure` of a client has no option `version`'],
  ['Azure without a version', { azure: {} as never }, '`azure.apiVersion` is missing'],
  ['Azure with an unknown auth', { azure: { apiVersion: 'v', auth: 'x' as never } }, "must be 'api-key' or 'bearer'"],
  ['a misspelt field of a profile', { profile: { strickt: true } as never }, 'A profile has no option `strickt`'],
  ['an unknown profile', { profile: 'nobody' as never }, 'There is no profile `nobody`'],
]

test.each(refused)('%s throws before anything is sent, and is not quoted', async (_name, options, words) => {
  const error = await (async () => {
    await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1', ...options })
    return await client.create(params)
  })().catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(UsageError)
  expect(String(error)).toContain(words)
  expect(everything(error)).not.toMatch(/secret/)
})

test.each(['', '.', '..', 'a\uD800', undefined, null, 5])('the id %j throws', async (id) => {
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1' })
  await expect(async () => client.retrieve(id as string)).rejects.toBeInstanceOf(UsageError)
  await expect(async () => client.delete(id as string)).rejects.toBeInstanceOf(UsageError)
  await expect(async () => client.update(id as string, { metadata: {} })).rejects.toBeInstanceOf(UsageError)
  await expect(async () => client.messages.list(id as string)).rejects.toBeInstanceOf(UsageError)
})

test('ids are encoded', async () => {
  await using server = await loopback(json(200, hello))
  await using client = new Transport({ baseURL: server.url })
  await client.retrieve('../a b?c#d/%2e')
  expect(server.requests[0]?.url).toBe('/v1/chat/completions/..%2Fa%20b%3Fc%23d%2F%252e')
})

test('an aborted signal sends nothing', async () => {
  await using server = await loopback(json(200, hello))
  await using client = new Transport({ baseURL: server.url })
  await expect(client.create(params, { signal: AbortSignal.abort('no') })).rejects.toBeInstanceOf(APIUserAbortError)
  expect(server.requests).toEqual([])
})

test('the key of the environment goes to no other base URL', async () => {
  await using server = await loopback(json(200, hello))
  process.env['OPENAI_API_KEY'] = apiKey
  try {
    await using elsewhere = new Transport({ baseURL: server.url })
    await elsewhere.create(params)
    process.env['OPENAI_BASE_URL'] = server.url
    await using client = new Transport()
    await client.create(params)
  } finally {
    delete process.env['OPENAI_API_KEY']
    delete process.env['OPENAI_BASE_URL']
  }
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${apiKey}`])
  await expect(new Transport().create(params)).rejects.toThrow('There is no API key')
})

const compressed: readonly [encoding: string, bytes: Buffer][] = [
  ['gzip', gzipSync(JSON.stringify(hello))],
  ['x-gzip', gzipSync(JSON.stringify(hello))],
  ['deflate', deflateSync(JSON.stringify(hello))],
  ['br', brotliCompressSync(JSON.stringify(hello))],
  ['identity', Buffer.from(JSON.stringify(hello))],
  ['Identity', Buffer.from(JSON.stringify(hello))],
]

test.each(compressed)('an answer in %s is read, a truncated one is not', async (encoding, bytes) => {
  await using server = await loopback(
    (response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    (response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bytes.subarray(0, -9)),
  )
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.create(params)).resolves.toEqual(hello)
  await expect(client.create(params)).rejects.toBeInstanceOf(APIConnectionError)
})

test('a compressed stream is streamed', async () => {
  const body = gzipSync(data(delta({ content: 'a' }), delta({}, 'stop'), '[DONE]'))
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/event-stream' })
    response.end(body)
  })
  await using client = new Transport({ baseURL: server.url })
  await expect(run(client, true)).resolves.toBe(2)
})

test('stacked and unknown encodings throw', async () => {
  for (const encoding of ['gzip, gzip', 'compress']) {
    await using server = await loopback(
      (response) => void response.writeHead(200, { 'content-encoding': encoding }).end('x'),
    )
    await using client = new Transport({ baseURL: server.url })
    await expect(client.create(params)).rejects.toThrow(encoding)
    expect(server.requests.length).toBe(1)
  }
})

test('a gzip bomb is stopped at the bound', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '))
  const before = process.memoryUsage().rss
  for (const [status, stream] of [
    [200, false],
    [200, true],
    [500, false],
  ] as const) {
    await using server = await loopback((response) => {
      response.writeHead(status, {
        'content-encoding': 'gzip',
        'content-type': stream ? 'text/event-stream' : 'application/json',
      })
      response.end(bomb)
    })
    await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
    await expect(run(client, stream)).rejects.toBeInstanceOf(status === 500 ? APIError : LimitError)
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
})

test.each<[string, Answer, boolean]>([
  ['a body', endless('{"choices":['.padEnd(65_536)), false],
  ['a line', endless('x'.repeat(65_536)), true],
  ['an event', endless(`data: ${'x'.repeat(65_536)}\n`), true],
])('%s without an end is stopped at its bound', async (_name, answer, stream) => {
  await using server = await loopback(answer)
  const limits = { maxBodyBytes: 1_000_000, maxEventBytes: 1_000_000 }
  await using client = new Transport({ baseURL: server.url, limits, maxRetries: 0 })
  const error = await run(client, stream).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(LimitError)
  expect(error).toMatchObject({ limit: stream ? 'maxEventBytes' : 'maxBodyBytes', allowed: 1_000_000 })
  await expect.poll(server.open, patience).toBe(0)
})

test('headers beyond the bound throw', async () => {
  await using server = await loopback(json(200, hello, { 'x-long': 'x'.repeat(70_000) }))
  await using client = new Transport({ baseURL: server.url })
  await expect(client.create(params)).rejects.toMatchObject({ name: 'LimitError', limit: 'maxHeaderBytes' })
})

test('deep JSON and keys of prototypes are data', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const body = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"choices":[{"index":0,"message":{"content":"x","__proto__":{"polluted":1}},"finish_reason":"stop"}],"deep":${deep}}`
  await using server = await loopback(
    json(200, body),
    sse(`data: ${body.replace('"message"', '"delta"')}\n\ndata: [DONE]\n\n`),
  )
  await using client = new Transport({ baseURL: server.url })
  await expect(client.create(params)).resolves.toHaveProperty('deep')
  await expect(run(client, true)).resolves.toBe(1)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('leaving the iteration closes the socket and removes the listener', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'a' })))
  })
  await using client = new Transport({ baseURL: server.url })
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args))
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args))
  for await (const _ of await client.create({ ...params, stream: true }, { signal })) break
  await expect.poll(server.open, patience).toBe(0)
  expect(listeners).toBe(0)

  {
    await using unread = await client.create({ ...params, stream: true }, { signal })
    expect(unread.response.status).toBe(200)
    expect(server.open()).toBe(1)
  }
  await expect.poll(server.open, patience).toBe(0)
  expect(listeners).toBe(0)
})

test('leaving an iteration that was never begun closes the socket too', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  await using client = new Transport({ baseURL: server.url })
  const leave: ((stream: ChunkStream) => unknown)[] = [
    (stream) => stream[Symbol.asyncIterator]().return?.(),
    (stream) => stream.batches().return?.(),
  ]
  for (const one of leave) {
    await one(await client.create({ ...params, stream: true }))
    await expect.poll(server.open, patience).toBe(0)
  }
})

test.each<[string, object, string]>([
  ['a controller for a signal', { signal: new AbortController() }, '`signal` must be an `AbortSignal`'],
  ['a signal that is none', { signal: 5 }, '`signal` must be an `AbortSignal`'],
  ['a misspelt option', { timeOut: 5 }, 'A request has no option `timeOut`; there are headers'],
])('a request with %s is refused', async (_name, options, words) => {
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1' })
  const failed = client.create(params, options)
  await expect(failed).rejects.toBeInstanceOf(UsageError)
  await expect(failed).rejects.toThrow(words)
})

test('an abort in the middle of a stream, and between two reads, is the caller’s', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'a' })))
  })
  await using client = new Transport({ baseURL: server.url })
  for (const abortNow of [true, false]) {
    const abort = new AbortController()
    const reading = (async () => {
      for await (const _ of await client.create({ ...params, stream: true }, { signal: abort.signal })) {
        if (abortNow) abort.abort('enough')
        else setTimeout(() => abort.abort('enough'), 20)
      }
    })()
    await expect(reading).rejects.toMatchObject({ name: 'APIUserAbortError', cause: 'enough' })
    await expect.poll(server.open, patience).toBe(0)
  }
})

test('an abort while connecting leaves no socket', async () => {
  let open = 0
  const server: Server = createServer((socket) => {
    open++
    socket.on('close', () => open--).on('error', () => {})
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  // A server that never answers the TLS handshake: the connection never stands.
  await using client = new Transport({ baseURL: `https://127.0.0.1:${port}/v1`, maxRetries: 0 })
  const abort = new AbortController()
  const failed = client.create(params, { signal: abort.signal }).catch((cause: unknown) => cause)
  await expect.poll(() => open, patience).toBe(1)
  abort.abort()
  expect(await failed).toBeInstanceOf(APIUserAbortError)
  await expect.poll(() => open, patience).toBe(0)
  await expect(client.create(params, { timeout: { connect: 30 } })).rejects.toMatchObject({ timeout: 'connect' })
  await expect.poll(() => open, patience).toBe(0)
  server.close()
})

test.each<[string, ClientOptions]>([
  ['undici', {}],
  ['fetch', { fetch: globalThis.fetch }],
])('a closed client (%s) fails what runs and refuses what comes', async (_name, options) => {
  await using server = await loopback((response, { body }) => {
    if (body.includes('"stream":true')) response.writeHead(200).write(data(delta({ content: 'a' })))
    else if (body.includes('"busy"')) response.writeHead(503).end()
  })
  const client = new Transport({ baseURL: server.url, backoff: { initial: 60_000, max: 60_000 }, ...options })
  const failed = [
    client.create(params),
    client.create({ ...params, model: 'busy' }),
    (async () => {
      for await (const _ of await client.create({ ...params, stream: true }));
    })(),
  ].map((promise) => promise.catch((cause: unknown) => cause))
  await expect.poll(() => server.requests.length, patience).toBe(3)
  await sleep(30)
  await client.close()
  for (const error of await Promise.all(failed)) expect(String(error)).toContain('The client was closed')
  await expect(client.create(params)).rejects.toBeInstanceOf(UsageError)
  // The connections of a `fetch` are not ours to close.
  if (options.fetch === undefined) await expect.poll(server.open, patience).toBe(0)
})

test('a process ends by itself after its requests, without close()', async () => {
  await using server = await loopback(
    json(200, hello),
    sse(data(delta({ content: 'a' }, 'stop'), '[DONE]')),
    json(500, {}),
  )
  const program = `
    const { Transport } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const client = new Transport({ baseURL: ${JSON.stringify(server.url)}, maxRetries: 0 })
    const params = ${JSON.stringify(params)}
    await client.create(params)
    for await (const _ of await client.create({ ...params, stream: true }));
    await client.create(params).catch(() => console.log('done'))
    console.log(performance.now())
    process.on('exit', () => console.log(performance.now()))
  `
  const args = ['--conditions=@toolloop/source', '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [done, last, exit] = stdout.trim().split('\n')
  expect(done).toBe('done')
  expect(Number(exit) - Number(last)).toBeLessThan(1000)
})

function endless(text: string): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const more = (): void => {
      while (!response.destroyed && response.write(text));
      response.once('drain', more)
    }
    more()
  }
}

async function run(client: Transport, stream: boolean, onRetry?: (retry: object) => void): Promise<unknown> {
  if (!stream) return await client.create(params, { onRetry })
  let count = 0
  for await (const _ of await client.create({ ...params, stream: true }, { onRetry })) count++
  return count
}

/** All that anyone could print of it. */
function everything(value: unknown): string {
  const headers = value instanceof APIError ? JSON.stringify([...(value.headers ?? [])]) : ''
  return inspect(value, { depth: 9, showHidden: true, getters: true }) + headers
}
