import { once } from 'node:events'
import { connect } from 'node:net'
import type { Completion } from '@toolloop/wire'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import {
  call,
  chunks,
  failure,
  fault,
  lastText,
  reply,
  scriptedServer,
  strictServer,
  text,
  type ScriptedServer,
  type Step,
  virtualClock,
} from './index.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]
const clientOf = (server: ScriptedServer): OpenAI => new OpenAI({ baseURL: server.url, apiKey: 'key', maxRetries: 0 })

function post(server: ScriptedServer, body: unknown, path = '/chat/completions'): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
}

describe('a scripted server', () => {
  test('answers plain and streamed requests of a real client', async () => {
    await using server = await scriptedServer([text('plain'), call('add', { a: 1, b: 2 }), text('streamed')])
    const client = clientOf(server)
    const plain = await client.chat.completions.create({ model: 'm', messages })
    expect(plain.choices[0]?.message.content).toBe('plain')
    const stream = client.chat.completions.stream({ model: 'm', messages, stream_options: { include_usage: true } })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_2_1', function: { arguments: '{"a":1,"b":2}' } },
    ])
    expect(final.usage?.total_tokens).toBeGreaterThan(0)
    expect(await client.chat.completions.stream({ model: 'm', messages }).finalContent()).toBe('streamed')
  })

  test('records its requests', async () => {
    await using server = await scriptedServer([text('')], { clock: virtualClock(42) })
    await post(server, { model: 'm', messages }, '/chat/completions?api-version=1')
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/chat/completions',
        query: { 'api-version': '1' },
        headers: { 'content-type': 'application/json' },
        body: { model: 'm', messages },
        time: 42,
        aborted: false,
      },
    ])
  })

  test('sends usage only where the request includes it', async () => {
    await using server = await scriptedServer([text('a'), text('a')])
    const without = await (await post(server, { model: 'm', messages, stream: true })).text()
    expect(without).not.toContain('usage')
    const body = { model: 'm', messages, stream: true, stream_options: { include_usage: true } }
    expect(await (await post(server, body)).text()).toMatch(/"usage":\{.*\n\ndata: \[DONE\]\n\n$/)
  })

  test('takes steps in order of arrival when requests overlap', async () => {
    const server = await scriptedServer((request, index) => text(`${index}:${lastText(request)}`), { delay: 5 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const response = await post(server, { model: 'm', messages: [{ role: 'user', content: `${index}` }] })
        const completion: Completion = await response.json()
        return completion.choices[0]?.message.content?.split(':') ?? []
      }),
    )
    expect(answers.map(([, content]) => content)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`))
    expect(new Set(answers.map(([index]) => index)).size).toBe(20)
    await server.close()
  })

  test('answers a request too many with a 400 that is not retried, and tells at the end', async () => {
    const server = await scriptedServer([])
    const response = await post(server, { model: 'm', messages })
    expect([response.status, response.headers.get('x-request-id')]).toEqual([400, 'req_1'])
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('Unexpected request 1'), code: 'script_error' },
    })
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow('Unexpected request 1')
  })

  test('asks for its key', async () => {
    await using server = await scriptedServer([text('')], { apiKey: 'right' })
    const create = (apiKey: string): Promise<unknown> =>
      new OpenAI({ baseURL: server.url, apiKey, maxRetries: 0 }).chat.completions.create({ model: 'm', messages })
    await expect(create('wrong')).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
    await create('right')
  })

  test.each([
    ['a body that is no JSON', () => ({ method: 'POST', body: '{' }), '/chat/completions', 400],
    ['another path', () => ({ method: 'GET' }), '/models', 404],
    ['another method', () => ({ method: 'PUT' }), '/chat/completions', 405],
  ])('rejects %s', async (_name, init, path, status) => {
    await using server = await scriptedServer([])
    const response = await fetch(server.url + path, init())
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error.message')
  })

  test('answers failures with their headers and bodies', async () => {
    await using server = await scriptedServer([
      failure(429, undefined, { 'Retry-After': '1' }),
      failure(502, '<html>Bad gateway</html>'),
    ])
    const limited = await post(server, { model: 'm', messages })
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await limited.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    const html = await post(server, { model: 'm', messages, stream: true })
    expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([
      502,
      'text/html; charset=utf-8',
      '<html>Bad gateway</html>',
    ])
  })

  test('serves Azure’s paths', async () => {
    await using server = await scriptedServer([text('hi')])
    const url = new URL('/openai/deployments/d/chat/completions?api-version=x', server.url)
    expect((await fetch(url, { method: 'POST', body: JSON.stringify({ messages }) })).status).toBe(200)
  })

  test('does not mind a client that leaves in the middle of its request', async () => {
    await using server = await scriptedServer([text('next')])
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"mess')
    socket.resume()
    socket.end()
    await once(socket, 'close')
    expect((await post(server, { model: 'm', messages })).status).toBe(200)
    expect(server.requests).toHaveLength(1)
  })

  test('stops for a client that does not read, and sees it leave', async () => {
    await using server = await scriptedServer([text('x'.repeat(30_000_000), { deltaSize: 10_000 })])
    const controller = new AbortController()
    const response = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ messages, stream: true }),
      signal: controller.signal,
    })
    await response.body?.getReader().read()
    const seen = server.requests[0]!
    await expect.poll(() => seen.sent).toBeGreaterThan(0)
    controller.abort()
    await expect.poll(() => seen.aborted).toBe(true)
    expect(seen.sent).toBeLessThan(25_000_000)
  })
})

async function whole(step: Step): Promise<string> {
  await using server = await scriptedServer([step])
  return (await post(server, { model: 'm', messages, stream: true })).text()
}

/** What a client receives before the body breaks off. */
async function received(response: Response): Promise<{ bytes: Buffer; broken: boolean }> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of response.body!) parts.push(part)
    return { bytes: Buffer.concat(parts), broken: false }
  } catch {
    return { bytes: Buffer.concat(parts), broken: true }
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('faults on the wire', () => {
  test('a cut at any byte delivers exactly the bytes before it', async () => {
    const step = chunks([{ a: 'é' }, { b: '😀' }])
    const full = Buffer.from(await whole(step))
    const server = await scriptedServer((_request, index) => fault.cutAt(step, index))
    for (let at = 0; at < full.length; at++) {
      const got = await received(await post(server, { model: 'm', messages, stream: true }))
      expect(got).toEqual({ bytes: full.subarray(0, at), broken: true })
    }
    await server.close()
  })

  test('a cut and a drip add up', async () => {
    const step = chunks([{ a: 'é' }, { b: '😀' }])
    const sent = Buffer.from(await whole(step))
    const server = await scriptedServer((_request, index) => fault.drip(fault.cutAt(step, index * 5), 3))
    for (let at = 0; at < sent.length; at += 5) {
      const got = await received(await post(server, { model: 'm', messages, stream: true }))
      expect(got).toEqual({ bytes: sent.subarray(0, at), broken: true })
    }
    await server.close()
  })

  test('a plain body that is cut is shorter than it says', async () => {
    await using server = await scriptedServer([fault.cutAt(text('hello'), 20), fault.contentLength(text('hello'), 10)])
    for (const length of [20, undefined]) {
      const response = await post(server, { model: 'm', messages })
      const got = await received(response)
      expect(got.broken).toBe(true)
      expect(got.bytes.length).toBe(length ?? Number(response.headers.get('content-length')) - 10)
    }
  })

  test.each([['a reset before the headers', fault.reset(text('hello'))]])(
    '%s is no answer at all',
    async (_name, step) => {
      await using server = await scriptedServer([step])
      await expect(post(server, { model: 'm', messages })).rejects.toThrow('fetch failed')
    },
  )

  test('a stall sends nothing more until the client leaves', async () => {
    await using server = await scriptedServer([
      fault.stall(text('hello')),
      fault.stall(text('hello'), 0),
      fault.stall(text('hello'), 50),
    ])
    const request = (signal: AbortSignal): Promise<Response> =>
      fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ messages, stream: true }),
        signal,
      })
    const first = new AbortController()
    const never = request(first.signal)
    await expect.poll(() => server.requests.length).toBe(1)
    first.abort()
    await expect(never).rejects.toThrow('aborted')
    const second = new AbortController()
    expect((await request(second.signal)).status).toBe(200)
    expect(server.requests[1]?.sent).toBe(0)
    second.abort()
    const third = new AbortController()
    const reader = (await request(third.signal)).body!.getReader()
    expect((await reader.read()).value?.length).toBe(50)
    third.abort()
    await expect.poll(() => server.requests.map((seen) => seen.aborted)).toEqual([true, true, true])
  })

  test('closing the server ends a stall', async () => {
    const server = await scriptedServer([fault.stall(text('hello'))])
    const never = post(server, { model: 'm', messages })
    await expect.poll(() => server.requests.length).toBe(1)
    await server.close()
    await expect(never).rejects.toThrow('fetch failed')
    server.assertUsed()
  })

  test('a drip sends the same bytes in small pieces', async () => {
    expect(await whole(fault.drip(text('héllo'), 3))).toBe(await whole(text('héllo')))
  })

  test('a duplicate, broken JSON, an error event and a missing [DONE] add up', async () => {
    const step = fault.withoutDone(
      fault.error(
        fault.malformed(fault.duplicate(chunks([{ a: 1 }, { b: 2 }]), 1), 1),
        2,
        { error: 'x' },
        { event: true },
      ),
    )
    expect(await whole(step)).toBe(
      'data: {"a":1}\n\ndata: {"choices":[{\n\ndata: {"b":2}\n\nevent: error\ndata: {"error":"x"}\n\n',
    )
  })

  test('an error may stand in a plain 200', async () => {
    await using server = await scriptedServer([fault.error(text('hello'), 0)])
    const response = await post(server, { model: 'm', messages })
    expect([response.status, await response.json()]).toEqual([
      200,
      { error: expect.objectContaining({ type: 'server_error' }) },
    ])
  })

  test('a fault that names a chunk the reply does not have is a clear error', async () => {
    const server = await scriptedServer([fault.duplicate(text('hello'), 99)])
    expect(await (await post(server, { model: 'm', messages })).json()).toMatchObject({
      error: { message: expect.stringContaining('names chunk 99') },
    })
    await server.close()
  })

  test.each([
    ['cutAt', () => fault.cutAt(text(''), -1)],
    ['drip', () => fault.drip(text(''), 0)],
    // @ts-expect-error: what a caller without types may pass
    ['a reply', () => fault.cutAt('hello', 1)],
  ])('throws for invalid arguments of %s', (_name, make) => {
    expect(make).toThrow(/fault\.(cutAt|drip|cut): /)
  })
})

describe('stored completions', () => {
  test('are kept, listed in pages, filtered, updated and deleted', async () => {
    await using server = await scriptedServer([
      text('one'),
      text('two'),
      reply({ content: 'three' }),
      text('forgotten'),
    ])
    const { completions } = clientOf(server).chat
    for (const topic of ['a', 'b', 'a'])
      await completions.create({ model: 'm', messages, store: true, metadata: { topic } })
    await completions.create({ model: 'm', messages })
    const ids = async (query: OpenAI.ChatCompletionListParams): Promise<string[]> =>
      (await all(completions.list(query))).map(({ id }) => id)
    expect(await ids({})).toEqual(['chatcmpl-1', 'chatcmpl-2', 'chatcmpl-3'])
    expect(await ids({ limit: 1, order: 'desc' })).toEqual(['chatcmpl-3', 'chatcmpl-2', 'chatcmpl-1'])
    expect(await ids({ metadata: { topic: 'a' } })).toEqual(['chatcmpl-1', 'chatcmpl-3'])
    expect(await ids({ model: 'other' })).toEqual([])
    const page = await completions.list({ limit: 2 })
    expect(page).toMatchObject({ has_more: true })
    expect(await completions.retrieve('chatcmpl-2')).toMatchObject({ metadata: { topic: 'b' } })
    expect(await completions.update('chatcmpl-2', { metadata: { topic: 'c' } })).toMatchObject({
      metadata: { topic: 'c' },
    })
    const said = await all(completions.messages.list('chatcmpl-2'))
    expect(said).toMatchObject([{ id: 'chatcmpl-2-0', role: 'user', content: 'hello', content_parts: null }])
    expect(await completions.delete('chatcmpl-2')).toEqual({
      object: 'chat.completion.deleted',
      id: 'chatcmpl-2',
      deleted: true,
    })
    await expect(completions.retrieve('chatcmpl-2')).rejects.toMatchObject({ status: 404, code: 'not_found' })
  })

  test.each([
    ['limit=0', 400],
    ['limit=x', 400],
    ['order=up', 400],
    ['after=nobody', 404],
  ])('reject ?%s', async (query, status) => {
    await using server = await scriptedServer([])
    expect((await fetch(`${server.url}/chat/completions?${query}`)).status).toBe(status)
  })
})

test('a strict server answers 400 to what the API rejects, then plays its script', async () => {
  await using server = await strictServer([text('fine')])
  const client = clientOf(server)
  const orphan = { role: 'tool' as const, tool_call_id: 'x', content: '' }
  await expect(client.chat.completions.create({ model: 'm', messages: [orphan] })).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    param: 'messages.[0].role',
  })
  expect((await client.chat.completions.create({ model: 'm', messages })).choices[0]?.message.content).toBe('fine')
})
