import { chunks, scriptedServer, text } from '@toolloop/testing'
import { APIUserAbortError } from '@toolloop/transport'
import { LimitError, StreamError } from '@toolloop/wire'
import * as fc from 'fast-check'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, vi } from 'vitest'
import { accumulate, type StreamEvent } from '@toolloop/stream'
import { Client, readSse, sse, toResponse, type SseBody, type SseOptions, type TypedEvent } from './index.ts'

interface Fact extends TypedEvent {
  readonly seq?: number
  readonly text?: string
}

async function* facts(...list: (Fact | Error)[]): AsyncGenerator<Fact, void> {
  for (const fact of list) {
    if (fact instanceof Error) throw fact
    yield fact
  }
}

const opening = 'id: start\nretry: 86400000\n\n'

/** What a body sends, without its opening. */
async function body(source: AsyncIterable<Fact>, options?: SseOptions<Fact>): Promise<string> {
  const sent = await new Response(sse(source, options)).text()
  expect(sent.slice(0, opening.length)).toBe(opening)
  return sent.slice(opening.length)
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

async function* cut(bytes: Uint8Array, ...at: number[]): AsyncGenerator<Uint8Array, void> {
  let from = 0
  for (const to of [...at, bytes.length]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('sse', () => {
  it('writes one object a line, and an end', async () => {
    expect(await body(facts({ type: 'a', text: 'x\r\ny\n\u2028z' }, { type: 'b' }))).toBe(
      'data: {"type":"a","text":"x\\r\\ny\\n\u2028z"}\n\ndata: {"type":"b"}\n\nevent: done\ndata: [DONE]\n\n',
    )
  })

  it('ends without an event where a protocol has none', async () => {
    expect(await body(facts({ type: 'a' }), { done: false })).toBe('data: {"type":"a"}\n\n')
  })

  it('gives events the id of the hook', async () => {
    expect(await body(facts({ type: 'a', seq: 0 }, { type: 'progress' }), { id: ({ seq }) => seq })).toBe(
      'id: 0\ndata: {"type":"a","seq":0}\n\ndata: {"type":"progress"}\n\nevent: done\ndata: [DONE]\n\n',
    )
  })

  it.each(['a\nb', 'a\rb', 'a\0b', ''])('leaves out an id that would break the field: %j', async (id) => {
    expect(await body(facts({ type: 'a' }), { id: () => id })).toBe(
      'data: {"type":"a"}\n\nevent: done\ndata: [DONE]\n\n',
    )
  })

  it('shows what the redact hook leaves of an event', async () => {
    const source = facts({ type: 'a', text: 'secret' }, { type: 'private' }, { type: 'b' })
    const redact = (event: Fact): Fact | undefined =>
      event.type === 'private' ? undefined : { ...event, ...(event.text !== undefined && { text: '…' }) }
    const read = collect(readSse<Fact>(sse(source, { redact })))
    expect(await read).toEqual([{ type: 'a', text: '…' }, { type: 'b' }])
  })

  it('asks the source for an event only when one is read', async () => {
    const next = vi.fn<() => Promise<IteratorResult<Fact>>>(async () => ({ value: { type: 'a' }, done: false }))
    const reader = sse({ [Symbol.asyncIterator]: () => ({ next }) }).getReader()
    await new Promise((resolve) => setImmediate(resolve))
    expect(next).not.toHaveBeenCalled()
    await reader.read() // the opening
    expect(next).not.toHaveBeenCalled()
    await reader.read()
    await reader.read()
    expect(next).toHaveBeenCalledTimes(2)
    await reader.cancel()
  })

  it('leaves the source when the body is cancelled, before it was read too', async () => {
    const left = vi.fn<() => void>()
    async function* endless(): AsyncGenerator<Fact, void> {
      try {
        for (;;) yield { type: 'a' }
      } finally {
        left()
      }
    }
    await sse(endless()).cancel()
    expect(left).not.toHaveBeenCalled()
    const reader = sse(endless()).getReader()
    await reader.read()
    await reader.read()
    await reader.cancel()
    expect(left).toHaveBeenCalledTimes(1)
  })

  it('takes the source for itself at once, and opens nothing by that', async () => {
    await using server = await scriptedServer([text('Hello.')])
    await using client = new Client({ baseURL: server.url })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    const final = stream.final() // reads along, and does not drain what the response sends
    const response = toResponse(stream)
    expect(() => toResponse(stream)).toThrow(/has a reader already/)
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.requests).toHaveLength(0)
    expect((await collect(readSse(response))).length).toBeGreaterThan(0)
    expect((await final).choices[0]!.message.content).toBe('Hello.')
  })

  it('leaves the source when a hook throws', async () => {
    const left = vi.fn<() => void>()
    async function* source(): AsyncGenerator<Fact, void> {
      try {
        yield { type: 'a' }
      } finally {
        left()
      }
    }
    const options: SseOptions<Fact> = {
      redact: () => {
        throw new Error('mine')
      },
    }
    expect(await body(source(), options)).toMatch(/^event: error\n/)
    expect(left).toHaveBeenCalledTimes(1)
  })

  it.each<[where: string, event: (error: object) => TypedEvent]>([
    ['the end of a run', (error) => ({ type: 'run.done', outcome: { status: 'error', error } }) as TypedEvent],
    ['a retry', (error) => ({ type: 'attempt.retry', error }) as TypedEvent],
  ])('reveals as little of the failure in %s', async (_where, event) => {
    const send = async (error: object, options?: SseOptions): Promise<string> =>
      new Response(
        sse(
          (async function* () {
            yield event(error)
          })(),
          options,
        ),
      ).text()
    const logged = { name: 'BadRequestError', message: 'no quota for secret-7', code: 'api' }
    for (const error of [logged, new StreamError('no quota for secret-7'), new Error('secret-7')]) {
      expect(await send(error)).not.toContain('secret-7')
      expect(await send(error)).toContain('The stream failed on the server.')
      expect(await send(error, { formatError: () => ({ message: 'Try later.' }) })).toContain(
        '"error":{"message":"Try later."}',
      )
    }
    expect(await send(logged)).toContain('"name":"BadRequestError","code":"api"')
  })

  it('sends a fixed message of a failure, or what `formatError` returns', async () => {
    const source = (): AsyncIterable<Fact> => facts({ type: 'a' }, new Error('password: 1234'))
    expect(await body(source())).toBe(
      'data: {"type":"a"}\n\nevent: error\ndata: {"error":{"message":"The stream failed on the server."}}\n\n',
    )
    const ours = facts(new StreamError('prompt: …'))
    expect(await body(ours)).toContain('{"error":{"name":"StreamError","code":"stream","message":"The stream failed')
    expect(await body(source(), { formatError: () => ({ message: 'Try later.' }) })).toContain('Try later.')
  })

  it('keeps a silent connection alive with comments, never more than were taken', async () => {
    const gate = Promise.withResolvers<void>()
    async function* slow(): AsyncGenerator<Fact, void> {
      await gate.promise
      yield { type: 'a' }
    }
    const reader = sse(slow(), { keepAlive: 1 }).getReader()
    const decoder = new TextDecoder()
    expect(decoder.decode((await reader.read()).value)).toBe(opening)
    for (let comments = 0; comments < 3; comments++)
      expect(decoder.decode((await reader.read()).value)).toBe(': keep-alive\n\n')
    await new Promise((resolve) => setTimeout(resolve, 20))
    gate.resolve()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += decoder.decode(part.value)
    expect(rest).toMatch(/^(: keep-alive\n\n)?data: \{"type":"a"\}\n\nevent: done\ndata: \[DONE\]\n\n$/)
  })

  it('a server that pipes it notices that the other side has left, though the source is silent', async () => {
    const left = Promise.withResolvers<string>()
    const source: AsyncIterable<Fact> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => (left.resolve('left'), { done: true, value: undefined }),
      }),
    }
    const server = createServer((_request, outgoing) => {
      const { body: sent } = toResponse(source)
      outgoing.flushHeaders()
      void pipeline(sent!, outgoing).catch(() => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const controller = new AbortController()
    const { port } = server.address() as AddressInfo
    await fetch(`http://127.0.0.1:${port}`, { signal: controller.signal })
    controller.abort()
    expect(await left.promise).toBe('left')
    server.close()
  })

  it.each([0, -1, NaN])('refuses to keep alive every %d milliseconds', (keepAlive) => {
    expect(() => sse(facts(), { keepAlive })).toThrow(/`keepAlive` is .*: it must be a positive number/)
  })

  it('answers 204 to an EventSource that connects again, and reads nothing', async () => {
    const request = new Request('http://a.example/', { headers: { 'last-event-id': 'start' } })
    const source = { [Symbol.asyncIterator]: () => expect.unreachable() }
    const response = toResponse(source, { request, headers: { 'x-own': '1' } })
    expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([204, '1', ''])
    expect(await toResponse(facts({ type: 'a' }), { request: new Request('http://a.example/') }).text()).toContain(
      '"a"',
    )
  })

  it.each([-1, 1.5, NaN, Infinity])('refuses to have clients connect again after %d milliseconds', (retry) => {
    expect(() => sse(facts(), { retry })).toThrow(/`retry` is .*: it must be a whole number of milliseconds/)
  })

  it('releases a run that has started when the body is cancelled before it was read', async () => {
    const left = Promise.withResolvers<string>()
    const source: AsyncIterable<Fact> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => (left.resolve('left'), { done: true, value: undefined }),
      }),
    }
    await sse(source).cancel()
    expect(await left.promise).toBe('left')
  })

  it('makes a response with the headers of an event stream, and yours', async () => {
    const response = toResponse(facts(), { headers: { 'access-control-allow-origin': '*' } })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'access-control-allow-origin': '*',
    })
    await response.body!.cancel()
  })
})

describe('readSse', () => {
  it('reads back what was sent, however the bytes are cut', async () => {
    const list: Fact[] = [{ type: 'a', text: 'naïve 🧵\r\n' }, { type: 'b', seq: 2 }, { type: '__proto__' }]
    const bytes = utf8(await body(facts(...list), { id: ({ seq }) => seq }))
    for (let at = 0; at <= bytes.length; at++) expect(await collect(readSse(cut(bytes, at)))).toEqual(list)
  })

  it('reads back any event, in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.array(fc.nat({ max: 500 })), async (values, cuts) => {
        const list = values.map((value) => ({ type: 'value', value }))
        const bytes = utf8(await new Response(sse(facts(...list))).text())
        const at = cuts.filter((position) => position < bytes.length).toSorted((a, b) => a - b)
        expect(await collect(readSse(cut(bytes, ...at)))).toEqual(JSON.parse(JSON.stringify(list)))
      }),
      { numRuns: 50 },
    )
  })

  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Response | SseBody]>([
    ['a response', (bytes) => new Response(bytes, { headers: { 'content-type': 'text/event-stream' } })],
    [
      'the response of another fetch',
      (bytes) => {
        const {
          ok,
          status,
          headers,
          body: stream,
        } = new Response(bytes, { headers: { 'content-type': 'text/event-stream' } })
        return { ok, status, headers, body: stream } as Response
      },
    ],
    ['a web stream', (bytes) => new Response(bytes).body!],
    ['an async iterable', (bytes) => Readable.from([Buffer.from(bytes)])],
  ])('takes %s', async (_, make) => {
    const bytes = new Uint8Array(utf8('data: {"type":"a"}\n\ndata: [DONE]\n\n'))
    expect(await collect(readSse(make(bytes)))).toEqual([{ type: 'a' }])
  })

  it('reads no further than the end', async () => {
    const seen = await collect(readSse(cut(utf8('data: [DONE]\n\ndata: {"type":"late"}\n\n'))))
    expect(seen).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['nothing', '', /broke off after 0 events/],
    ['no end', 'data: {"type":"a"}\n\n', /broke off after 1 events/],
    ['half an event', 'data: {"type":"a"}\n\ndata: {"type":"b', /broke off after 1 events/],
    ['no JSON', 'data: hello\n\n', /Event 1 of the stream is no object with a `type`: hello/],
    ['no object', 'data: [1]\n\n', /no object with a `type`/],
    ['null', 'data: null\n\n', /no object with a `type`/],
    ['no type', 'data: {"kind":"a"}\n\n', /no object with a `type`/],
    ['a type that is no text', 'data: {"type":1}\n\n', /no object with a `type`/],
    ['a failure', 'event: error\ndata: {"error":{"code":"limit","message":"No."}}\n\n', /failed \(limit\): No\./],
    ['a failure without words', 'event: error\ndata: {}\n\n', /It gave no reason/],
  ])('throws a StreamError for %s', async (_, sent, said) => {
    const error = await collect(readSse(cut(utf8(sent)))).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ message: expect.stringMatching(said) })
  })

  it('hands out the events before the one that is wrong', async () => {
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const event of readSse(cut(utf8('data: {"type":"a"}\n\ndata: nonsense\n\n')))) seen.push(event)
    })()
    await expect(reading).rejects.toThrow(StreamError)
    expect(seen).toEqual([{ type: 'a' }])
  })

  it.each<[string, Response, RegExp]>([
    ['an error', Response.json({ error: 'no' }, { status: 500 }), /\(500, application\/json\): \{"error":"no"\}/],
    ['a page', new Response('<html>', { headers: { 'content-type': 'text/html' } }), /\(200, text\/html\): <html>/],
    ['nothing', new Response(null, { status: 204 }), /\(204, without a content type\)/],
    ['a very long page', new Response('x'.repeat(1e6), { status: 404 }), /\(404, text\/plain.*\): x{1024}…/],
  ])('tells what came in place of a stream: %s', async (_, response, said) => {
    await expect(collect(readSse(response))).rejects.toThrow(said)
  })

  it.each<[string, string]>([
    ['line', `data: {"type":"${'x'.repeat(2000)}`],
    ['event of many lines', 'data: 1\n'.repeat(500)],
    ['comment', `: ${'x'.repeat(2000)}`],
  ])('stops at a %s that does not end', async (_, sent) => {
    await expect(collect(readSse(cut(utf8(sent)), { maxEventBytes: 1000 }))).rejects.toThrow(LimitError)
  })

  it('cancels the body when it is left', async () => {
    const cancelled = vi.fn<() => void>()
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8('data: {"type":"a"}\n\n')),
      cancel: cancelled,
    })
    for await (const _ of readSse(stream)) break
    expect(cancelled).toHaveBeenCalledTimes(1)
  })

  it.each<[string, SseBody]>([
    ['a web stream', new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })],
    ['an async iterable', Readable.from(facts(new Error('reset')))],
  ])('takes %s that breaks for what it is', async (_, broken) => {
    await expect(collect(readSse(broken))).rejects.toMatchObject({ code: 'stream', cause: new Error('reset') })
  })
})

describe('a completion stream on its way to a browser', () => {
  it('arrives as events from which the completion can be made', async () => {
    await using server = await scriptedServer([text('Hello there.')])
    await using client = new Client({ baseURL: server.url })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    const events = await collect(readSse<StreamEvent>(toResponse(stream)))
    expect(events.flatMap((event) => (event.type === 'content.delta' ? event.delta : [])).join('')).toBe('Hello there.')
    const sent = events.flatMap((event) => (event.type === 'chunk' ? event.chunk : []))
    const again = accumulate(sent)
    let last = await again.next()
    while (!last.done) last = await again.next()
    expect(last.value.choices).toEqual((await stream.final()).choices)
  })

  it('is read no faster than its body', async () => {
    const flood = Array.from({ length: 20_000 }, () => ({
      choices: [{ index: 0, delta: { content: 'x'.repeat(1000) } }],
    }))
    await using model = await scriptedServer([chunks(flood)])
    await using client = new Client({ baseURL: model.url })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    const reader = toResponse(stream).body!.getReader()
    await reader.read() // the opening
    await reader.read()
    let before = -1
    await expect
      .poll(
        () => {
          const sent = model.requests[0]!.sent
          const still = sent === before
          before = sent
          return still
        },
        { interval: 100 },
      )
      .toBe(true)
    expect(before).toBeLessThan(15_000_000)
    await reader.cancel()
  })

  it('is aborted when the browser goes away, over HTTP', async () => {
    const flood = Array.from({ length: 5000 }, () => ({
      choices: [{ index: 0, delta: { content: 'x'.repeat(1000) } }],
    }))
    await using model = await scriptedServer([chunks(flood)])
    await using client = new Client({ baseURL: model.url })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    const web = createServer((_, response) => {
      const { body: events, headers } = toResponse(stream)
      response.writeHead(200, Object.fromEntries(headers))
      const readable = Readable.fromWeb(events as Parameters<typeof Readable.fromWeb>[0])
      readable.on('error', () => {}).pipe(response)
      response.on('close', () => readable.destroy())
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
    for await (const event of readSse<StreamEvent>(await fetch(url))) if (event.type === 'content.delta') break
    await expect(stream.final()).rejects.toThrow(APIUserAbortError)
    await expect.poll(() => model.requests[0]!.aborted).toBe(true)
    web.closeAllConnections()
    await new Promise((resolve) => web.close(resolve))
  })
})

it.each([
  ['the result of a run', { status: 'done', output: 'x' }, /result of a run \(status "done"\)/],
  ['a promise', Promise.resolve(1), /a promise/],
  ['nothing', undefined, /not from nothing/],
  ['an object', {}, /without an async iterator/],
])('%s makes no response: the error names what does', (_title, source, problem) => {
  for (const make of [sse, toResponse]) {
    expect(() => make(source as never)).toThrow(problem)
    expect(() => make(source as never)).toThrow(/agent\.stream\(…\).*Response\.json/)
  }
})
