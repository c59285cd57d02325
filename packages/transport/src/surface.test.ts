// Everything a client can be told, and every route, as the server sees it.
import { type Completion, deepFreeze, type Message } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { type ClientOptions, Page, type RequestOptions, responseOf, Transport } from './index.ts'
import { hello, json, loopback, params, type Seen } from './test/loopback.ts'

async function sent(options: ClientOptions, request: RequestOptions = {}, more: object = {}): Promise<Seen> {
  await using server = await loopback(json(200, hello))
  const baseURL = options.baseURL === undefined ? server.url : server.url.replace('/v1', String(options.baseURL))
  await using client = new Transport({ ...options, baseURL })
  await client.create({ ...params, ...more }, request)
  const [seen] = server.requests
  if (seen === undefined) throw new Error('nothing was sent')
  return seen
}

test('the key, the organization and the project are headers', async () => {
  const { headers } = await sent({ apiKey: 'sk-1', organization: 'org-1', project: 'proj-1' })
  expect(headers).toMatchObject({
    authorization: 'Bearer sk-1',
    'openai-organization': 'org-1',
    'openai-project': 'proj-1',
  })
})

test('headers of a request win over those of the client, null deletes, names have no case', async () => {
  const client = { apiKey: 'sk-1', headers: { 'X-A': 'client', 'x-b': 'client', 'X-C': 'client' } }
  const { headers } = await sent(client, {
    headers: { 'x-a': 'request', 'X-B': null, Authorization: null, 'x-c': undefined },
  })
  expect(headers['x-a']).toBe('request')
  expect(headers['x-c']).toBe('client')
  expect(headers).not.toHaveProperty('x-b')
  expect(headers).not.toHaveProperty('authorization')
})

test('a conversation with a memory is sent as it would be without one, however it continues', async () => {
  await using server = await loopback(json(200, hello))
  await using client = new Transport({ apiKey: 'sk-1', baseURL: server.url })
  const memory = new Map()
  const [a, b, c, ä] = ['a', 'b', 'c', 'ä'].map((content) => deepFreeze({ role: 'user' as const, content }))
  const open = { role: 'user' as const, content: 'open' }
  const tools = [deepFreeze({ type: 'function' as const, function: { name: 'f', parameters: { type: 'object' } } })]
  const conversations = [[a], [a, b], [a, b, ä], [a, b, ä, open], [a, b, ä, c], [a, c], [open, a]]
  for (const messages of conversations) {
    await client.create({ model: 'm', messages: messages as Message[], tools }, { memory })
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({ model: 'm', tools, messages })
  }
})

test('query parameters of base URL, client and request are merged, null deletes', async () => {
  const { url } = await sent(
    { baseURL: '/v1/?a=1&b=1&c=1', query: { b: 2, c: 2 } },
    { query: { c: null, 'd e': true, f: undefined } },
  )
  expect(url).toBe('/v1/chat/completions?a=1&b=2&d+e=true')
})

test('extra body fields of client and request are merged into the parameters', async () => {
  const { body } = await sent({ body: { a: 1, b: 1 } }, { body: { b: 2, model: 'other' } }, { c: 3 })
  expect(JSON.parse(body)).toEqual({ ...params, c: 3, a: 1, b: 2, model: 'other' })
})

test('an idempotency key is given or made', async () => {
  const given = await sent({}, { idempotencyKey: 'order-7' })
  expect(given.headers['idempotency-key']).toBe('order-7')
  const [one, other] = [await sent({}), await sent({})]
  expect(one.headers['idempotency-key']).toMatch(/^[0-9a-f-]{32,36}$/)
  expect(one.headers['idempotency-key']).not.toBe(other.headers['idempotency-key'])
  expect((await sent({}, { headers: { 'Idempotency-Key': null } })).headers).not.toHaveProperty('idempotency-key')
})

test.each<[string, ClientOptions, object, string, object]>([
  [
    'the model as deployment',
    { azure: { apiVersion: '2024-10-21' } },
    {},
    '/openai/deployments/m/chat/completions?api-version=2024-10-21',
    { 'api-key': 'k-1' },
  ],
  [
    'a deployment',
    { azure: { apiVersion: 'v', deployment: 'my dep' } },
    {},
    '/openai/deployments/my%20dep/chat/completions?api-version=v',
    { 'api-key': 'k-1' },
  ],
  [
    'a token',
    { azure: { apiVersion: 'v', auth: 'bearer' } },
    {},
    '/openai/deployments/m/chat/completions?api-version=v',
    { authorization: 'Bearer k-1' },
  ],
])('Azure, with %s', async (_name, options, more, url, headers) => {
  const seen = await sent({ ...options, baseURL: '', apiKey: async () => 'k-1' }, {}, more)
  expect(seen.url).toBe(url)
  expect(seen.headers).toMatchObject(headers)
  expect(seen.headers.authorization === undefined).toBe('api-key' in headers)
})

test('stored completions are retrieved, updated, listed and deleted', async () => {
  const deleted = { id: 'c1', object: 'chat.completion.deleted', deleted: true }
  const list = { object: 'list', data: [hello], first_id: hello.id, last_id: hello.id, has_more: false, extra: 1 }
  const message = { id: 'c1-0', role: 'user', content: 'hi', content_parts: null, name: null }
  await using server = await loopback(
    json(200, hello),
    json(200, hello),
    json(200, list),
    json(200, { ...list, data: [message] }),
    json(200, deleted),
  )
  await using client = new Transport({ baseURL: server.url })
  expect(await client.retrieve('c1')).toEqual(hello)
  expect(await client.update('c1', { metadata: { a: 'b' } })).toEqual(hello)
  const page = await client.list({ after: 'c0', limit: 5, order: 'desc', model: 'm', metadata: { 'a b': 'c' } })
  expect(JSON.parse(JSON.stringify(page))).toEqual(list)
  expect(page).toBeInstanceOf(Page)
  expect(responseOf(page)).toMatchObject({ status: 200, attempts: 1 })
  expect((await client.messages.list('c1', { limit: 2 })).data).toEqual([message])
  expect(await client.delete('c1')).toEqual(deleted)
  expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', '/v1/chat/completions/c1', ''],
    ['POST', '/v1/chat/completions/c1', '{"metadata":{"a":"b"}}'],
    ['GET', '/v1/chat/completions?after=c0&limit=5&order=desc&model=m&metadata%5Ba+b%5D=c', ''],
    ['GET', '/v1/chat/completions/c1/messages?limit=2', ''],
    ['DELETE', '/v1/chat/completions/c1', ''],
  ])
})

test('a list is read page by page, or item by item over all pages', async () => {
  const all = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...hello, id }))
  await using server = await loopback((response, { url }) => {
    const query = new URL(url, 'http://x').searchParams
    const start = all.findIndex(({ id }) => id === query.get('after')) + 1
    const items = all.slice(start, start + 2)
    const body = {
      object: 'list',
      data: items,
      first_id: items[0]?.id,
      last_id: items.at(-1)?.id,
      has_more: start + 2 < all.length,
    }
    response.end(JSON.stringify(body))
  })
  await using client = new Transport({ baseURL: server.url })
  const first = await client.list({ limit: 2 })
  const second = await first.nextPage()
  const third = await second?.nextPage()
  expect([first, second, third].map((page) => page?.data.map(({ id }) => id))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  expect(await third?.nextPage()).toBeUndefined()
  const ids: string[] = []
  for await (const { id } of first) ids.push(id)
  expect(ids).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(server.requests[1]?.url).toBe('/v1/chat/completions?limit=2&after=b')
})

test('a list without `last_id` goes on from its last item; a repeated page is an error', async () => {
  const stuck = { object: 'list', data: [{ ...hello, id: 'a' }], has_more: true }
  await using server = await loopback(json(200, stuck))
  await using client = new Transport({ baseURL: server.url })
  const items: Completion[] = []
  const reading = (async () => {
    for await (const item of await client.list()) items.push(item)
  })()
  await expect(reading).rejects.toThrow('The server repeats a page')
  expect(items.length).toBe(1)
})

test.each<[string, unknown, string]>([
  ['an error', { error: { message: 'gone' } }, 'gone'],
  ['null', null, 'something other than a list'],
  ['no data', { object: 'list' }, 'an object without a `data` list'],
])('a list that is %s is a typed error', async (_name, body, words) => {
  await using server = await loopback(json(200, body))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.list()).rejects.toThrow(words)
})

test('what is known of a response does not change the result', async () => {
  await using server = await loopback(
    json(503, {}),
    json(200, hello, { 'x-request-id': 'req_9', 'x-ratelimit-remaining': '7' }),
  )
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  const completion = await client.create(params)
  expect(JSON.stringify(completion)).toBe(JSON.stringify(hello))
  expect(Object.keys(completion)).toEqual(Object.keys(hello))
  const info = responseOf(completion)
  expect(info).toMatchObject({ status: 200, requestId: 'req_9', attempts: 2 })
  expect(info?.headers.get('x-ratelimit-remaining')).toBe('7')
  expect(info?.timing.end).toBeGreaterThanOrEqual(info?.timing.headers ?? Infinity)
  expect(responseOf({})).toBeUndefined()
})

test('an injected fetch is used for everything', async () => {
  const urls: string[] = []
  const fetch = async (input: unknown): Promise<Response> => {
    urls.push(String(input))
    return new Response(JSON.stringify(hello))
  }
  await using client = new Transport({ baseURL: 'http://nowhere.invalid/v1', fetch })
  expect(await client.create(params)).toEqual(hello)
  expect(urls).toEqual(['http://nowhere.invalid/v1/chat/completions'])
})

test('a dispatcher of undici is used for everything', async () => {
  await using server = await loopback(json(200, hello))
  const { Agent } = await import('undici')
  const agent = new Agent()
  let dispatched = 0
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    dispatched++
    return dispatch(options, handler)
  })
  await using client = new Transport({ baseURL: server.url, dispatcher })
  expect(await client.create(params)).toEqual(hello)
  expect(dispatched).toBe(1)
  await agent.destroy()
})

test('parameters that JSON cannot represent throw', async () => {
  await using client = new Transport({ baseURL: 'http://127.0.0.1:9/v1' })
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  await expect(client.create({ ...params, metadata: circle as never })).rejects.toMatchObject({ name: 'UsageError' })
})

test('creating a client reads no environment and opens nothing', () => {
  expect(() => new Transport()).not.toThrow()
  expect(JSON.stringify(new Transport({ apiKey: 'sk-12345678' }))).not.toContain('sk-')
})
