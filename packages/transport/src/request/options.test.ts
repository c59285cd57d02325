// The options of a client, and the requests that it sends.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as forward } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { deepFreeze, UsageError } from '@toolloop/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { chatModel, type ClientOptions, SseDecoder, Transport } from '../index.ts'
import { data, delta, hello, json, loopback, params, patience } from '../test/loopback.ts'

afterEach(() => void vi.unstubAllEnvs())

const given: readonly [name: string, headers: NonNullable<ClientOptions['headers']>][] = [
  ['a record', { Authorization: 'Bearer own', 'x-a': '1' }],
  ['Headers', new Headers({ Authorization: 'Bearer own', 'x-a': '1' })],
  [
    'a Map',
    new Map([
      ['Authorization', 'Bearer own'],
      ['x-a', '1'],
    ]),
  ],
  [
    'pairs',
    [
      ['Authorization', 'Bearer own'],
      ['x-a', '1'],
    ],
  ],
]

test.each(given)('headers as %s go out, of a client and of a request', async (_name, headers) => {
  await using server = await loopback(json(200, hello))
  await using one = new Transport({ baseURL: server.url, apiKey: 'k', headers })
  await using other = new Transport({ baseURL: server.url, apiKey: 'k' })
  await one.create(params)
  await other.create(params, { headers })
  for (const { headers: sent } of server.requests)
    expect(sent).toMatchObject({ authorization: 'Bearer own', 'x-a': '1' })
})

test.each<[string, unknown]>([
  ['text', 'authorization: x'],
  ['a number', 5],
  ['null', null],
  ['a list of texts', ['authorization', 'x']],
  ['a list of triples', [['a', 'b', 'c']]],
  ['a Set', new Set(['authorization'])],
])('headers as %s are refused', (_name, headers) => {
  expect(() => new Transport({ apiKey: 'k', headers: headers as never })).toThrow(UsageError)
})

test.each<[string, object, RegExp]>([
  ['an unknown profile', { profile: 'nope' }, /no profile `nope`/],
  ['an unknown field of a profile', { profile: { strictt: true } }, /no option `strictt`/],
  ['a fetch that is none', { fetch: {} }, /`fetch` must be a function/],
  ['a proxy beside a fetch', { fetch: globalThis.fetch, proxy: 'http://localhost:1' }, /`proxy` cannot be combined/],
])('%s is refused when the client is made', (_name, options, words) => {
  expect(() => new Transport({ apiKey: 'k', ...options })).toThrow(words)
})

test('a request has a user agent, unless the caller sets one', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  await using server = await loopback(json(200, hello))
  for (const options of [{}, { fetch: globalThis.fetch }, { headers: { 'User-Agent': 'mine/1' } }]) {
    await using client = new Transport({ baseURL: server.url, apiKey: 'k', ...options })
    await client.create(params)
  }
  const own = `toolloop/${version} node/${process.versions.node}`
  expect(server.requests.map(({ headers }) => headers['user-agent'])).toEqual([own, own, 'mine/1'])
})

test('organization and project come from the environment, where the base URL does too', async () => {
  await using server = await loopback(json(200, hello))
  vi.stubEnv('OPENAI_BASE_URL', server.url)
  vi.stubEnv('OPENAI_API_KEY', 'k')
  vi.stubEnv('OPENAI_ORG_ID', 'org-env')
  vi.stubEnv('OPENAI_PROJECT_ID', 'proj-env')
  for (const options of [{}, { organization: 'org-own', project: null }, { baseURL: server.url, apiKey: 'k' }]) {
    await using client = new Transport(options)
    await client.create(params)
  }
  expect(server.requests.map(({ headers }) => [headers['openai-organization'], headers['openai-project']])).toEqual([
    ['org-env', 'proj-env'],
    ['org-own', undefined],
    [undefined, undefined],
  ])
})

test('a `fetch` of the caller’s gets text, from an agent’s model as from a client', async () => {
  const bodies: unknown[] = []
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    bodies.push(init?.body)
    return Response.json(hello)
  }
  await using client = new Transport({ baseURL: 'http://localhost/v1', fetch })
  const request = { messages: deepFreeze([...params.messages]) }
  await client.create(params)
  await chatModel(client, 'm').create?.(request, { memory: new Map() })
  expect(bodies.map((body) => JSON.parse(body as string) as unknown)).toEqual([params, params])
})

test('a body read through the caller’s `fetch` is cancelled when the stream is left, aborted or too slow', async () => {
  let cancelled = 0
  const fetch: typeof globalThis.fetch = async () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(data(delta({ content: 'a' })))),
        cancel: () => void cancelled++,
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  await using client = new Transport({ baseURL: 'http://localhost/v1', fetch, maxRetries: 0 })
  for await (const _ of await client.create({ ...params, stream: true })) break
  await expect.poll(() => cancelled, patience).toBe(1)
  const abort = new AbortController()
  const read = async (options: object): Promise<void> => {
    for await (const _ of await client.create({ ...params, stream: true }, options)) abort.abort()
  }
  await expect(read({ signal: abort.signal })).rejects.toThrow('aborted')
  await expect.poll(() => cancelled, patience).toBe(2)
  await expect(read({ timeout: { idle: 20 } })).rejects.toThrow('idle')
  await expect.poll(() => cancelled, patience).toBe(3)
})

test('a 404 names a base URL without a version', async () => {
  await using server = await loopback(json(404, 'not found'))
  for (const [baseURL, hinted] of [
    [server.url.replace('/v1', ''), true],
    [server.url, false],
  ] as const) {
    await using client = new Transport({ baseURL, apiKey: 'k', maxRetries: 0 })
    const error = await client.create(params).catch((cause: unknown) => cause)
    expect(String(error).includes('`/v1`')).toBe(hinted)
  }
})

test('an `event` line without a colon resets the name', () => {
  const events: string[][] = []
  const decoder = new SseDecoder((text, event) => events.push([text, event]))
  decoder.push(new TextEncoder().encode('event: error\nevent\ndata: x\n\n'))
  expect(events).toEqual([['x', '']])
})

test('requests go through the proxy that is named, or the environment’s', async () => {
  await using server = await loopback(json(200, hello))
  const through: string[] = []
  const proxy = createServer((incoming: IncomingMessage, outgoing) => {
    through.push(incoming.url ?? '')
    const { method = 'GET', headers } = incoming
    incoming.pipe(
      forward(incoming.url ?? '', { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      }),
    )
  })
  proxy.on('connect', (incoming, socket) => {
    through.push(incoming.url ?? '')
    const { hostname, port } = new URL(`http://${incoming.url}`)
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    for (const end of [target, socket]) end.on('error', () => {})
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  try {
    await using named = new Transport({ baseURL: server.url, proxy: address })
    await expect(named.create(params)).resolves.toEqual(hello)
    expect(through).toHaveLength(1)
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTP_PROXY', address)
    vi.stubEnv('http_proxy', address)
    await using environs = new Transport({ baseURL: server.url })
    await expect(environs.create(params)).resolves.toEqual(hello)
    expect(through).toHaveLength(2)
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    vi.stubEnv('no_proxy', '127.0.0.1')
    await using excepted = new Transport({ baseURL: server.url })
    await expect(excepted.create(params)).resolves.toEqual(hello)
    expect(through).toHaveLength(2)
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
})
