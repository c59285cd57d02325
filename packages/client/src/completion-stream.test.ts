import { responseFormat } from '@toolloop/schema'
import { snapshotOf, type StreamEvent } from '@toolloop/stream'
import { call, chunks, failure, fault, scriptedServer, text, type Script } from '@toolloop/testing'
import { APIUserAbortError, RateLimitError, responseOf } from '@toolloop/transport'
import { StreamError, UsageError } from '@toolloop/wire'
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { Client, type CompletionEvent, type CompletionStream, type StreamParams } from './index.ts'

const messages: StreamParams['messages'] = [{ role: 'user', content: 'Say it.' }]

async function serve(script: Script, options: { profile?: 'openai' | 'mistral' } = {}) {
  const server = await scriptedServer(script)
  const client = new Client({
    baseURL: server.url,
    profile: options.profile ?? 'openai',
    maxRetries: 1,
    backoff: { initial: 1 },
  })
  return {
    server,
    stream: (params: Partial<StreamParams> = {}, request: { signal?: AbortSignal } = {}) =>
      client.chat.completions.stream({ model: 'm', messages, ...params }, request),
    async [Symbol.asyncDispose]() {
      await client.close()
      await server.close()
    },
  }
}

async function collect(stream: AsyncIterable<CompletionEvent>): Promise<CompletionEvent[]> {
  const events: CompletionEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const isDelta = (event: CompletionEvent): event is Extract<StreamEvent, { type: 'content.delta' }> =>
  event.type === 'content.delta'

const long = 'word '.repeat(2000)

describe('a completion stream', () => {
  it('hands out the events of the answer, and then the answer', async () => {
    await using world = await serve([text('Hello there.')])
    const stream = world.stream()
    const events = await collect(stream)
    expect(events.filter(isDelta).map(({ delta }) => delta)).toEqual(['Hello th', 'ere.'])
    expect(events.map(({ type }) => type)).toEqual([
      'chunk',
      'chunk',
      'content.delta',
      'chunk',
      'content.delta',
      'chunk',
      'chunk',
      'usage',
      'content.done',
    ])
    const completion = await stream.final()
    expect(completion.choices[0]!.message).toMatchObject({ role: 'assistant', content: 'Hello there.' })
    expect(completion.usage?.total_tokens).toBeGreaterThan(0)
    expect(await stream.final()).toBe(completion)
  })

  it('reads the final answer once, and only when it is asked for', async () => {
    let reads = 0
    const counted = z.object({ n: z.number() }).transform((value) => ({ ...value, reads: ++reads }))
    const format = responseFormat(counted, { name: 'n' })
    await using world = await serve([text('{"n":1}')])
    const stream = world.stream({ response_format: format })
    await collect(stream)
    expect(reads).toBe(0)
    await Promise.all([stream.final(), stream.final()])
    expect(reads).toBe(1)
  })

  it('shows the JSON so far at every delta', async () => {
    const format = responseFormat(z.object({ cities: z.array(z.string()) }), { name: 'cities' })
    await using world = await serve([text('{"cities":["Oslo","Rome"]}')])
    const done = (await collect(world.stream({ response_format: format }))).find(({ type }) => type === 'content.done')
    expect(done).toMatchObject({ parsed: { cities: ['Oslo', 'Rome'] } })
  })

  it('sends nothing before it is read', async () => {
    await using world = await serve([])
    const stream = world.stream()
    stream.off('content.delta', () => {})
    expect(stream.snapshot).toBeUndefined()
    expect(stream.response).toBeUndefined()
    await stream[Symbol.asyncDispose]()
    await new Promise((resolve) => setImmediate(resolve))
    expect(world.server.requests).toHaveLength(0)
  })

  it.each<[string, (stream: CompletionStream) => unknown]>([
    ['final()', (stream) => stream.final()],
    ['on()', (stream) => new Promise((resolve) => stream.on('content.done', resolve))],
    ['an iterator', (stream) => collect(stream)],
  ])('sends the request when %s looks', async (_, look) => {
    await using world = await serve([text('hi')])
    await look(world.stream())
    expect(world.server.requests).toHaveLength(1)
  })

  it('calls listeners with the events of their type, and stops after `off`', async () => {
    await using world = await serve([text('one two three', { deltaSize: 4 })])
    const heard: string[] = []
    const stopped = vi.fn<() => void>()
    const stream = world.stream().on('content.delta', ({ delta }) => heard.push(delta))
    stream.on('content.delta', stopped).off('content.delta', stopped)
    await stream.final()
    expect(heard).toEqual(['one ', 'two ', 'thre', 'e'])
    expect(stopped).not.toHaveBeenCalled()
  })

  it('reports a listener that throws, and continues', async () => {
    await using world = await serve([text('hi')])
    const stream = world.stream()
    const events: string[] = []
    const iterator = stream[Symbol.asyncIterator]()
    stream.on('content.delta', () => {
      throw new Error('mine')
    })
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) events.push(next.value.type)
    expect(events).toContain('listener.error')
    expect(events.at(-1)).toBe('content.done')
    expect((await stream.final()).choices[0]!.message.content).toBe('hi')
  })

  it('has a snapshot of its own at every event, which grows with what arrived', async () => {
    await using world = await serve([text('one two', { deltaSize: 4 })])
    const stream = world.stream()
    let said = ''
    for await (const event of stream) {
      if (event.type !== 'content.delta') continue
      said += event.delta
      const content = stream.snapshot!.choices[0]!.message.content!
      expect(content.startsWith(said)).toBe(true)
      expect('one two'.startsWith(content)).toBe(true)
      stream.snapshot!.choices[0]!.message.content = 'changed by the caller'
    }
    expect(said).toBe('one two')
    expect((await stream.final()).choices[0]!.message.content).toBe('one two')
  })

  it('knows its response once it began', async () => {
    await using world = await serve([text('hi', { headers: { 'x-request-id': 'req_7' } })])
    const stream = world.stream()
    const completion = await stream.final()
    expect(stream.response).toMatchObject({ status: 200, requestId: 'req_7' })
    expect(responseOf(completion)?.requestId).toBe('req_7')
  })

  it('closes the socket when it is left early, and rejects `.final()`', async () => {
    await using world = await serve([text(long, { delay: 1 })])
    const stream = world.stream()
    const final = stream.final()
    for await (const event of stream) if (event.type === 'content.delta') break
    await expect(final).rejects.toThrow(APIUserAbortError)
    await expect.poll(() => world.server.requests[0]?.aborted).toBe(true)
  })

  it('closes the socket when it is disposed of', async () => {
    await using world = await serve([text(long, { delay: 1 })])
    {
      await using stream = world.stream()
      await new Promise((resolve) => stream.on('content.delta', resolve))
    }
    await expect.poll(() => world.server.requests[0]?.aborted).toBe(true)
  })

  it.each<[string, (abort: () => void, stream: CompletionStream) => void]>([
    ['its own abort()', (_, stream) => stream.abort('enough')],
    ['the signal of the request', (abort) => abort()],
  ])('ends by %s with the snapshot on the error', async (_, abort) => {
    await using world = await serve([text(long, { delay: 1 })])
    const controller = new AbortController()
    const stream = world.stream({}, { signal: controller.signal })
    const reading = (async () => {
      for await (const event of stream)
        if (event.type === 'content.delta') abort(() => controller.abort('enough'), stream)
    })()
    const error = await reading.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(error).toMatchObject({ cause: 'enough' })
    expect(snapshotOf(error)?.choices[0]?.message.content).toMatch(/^word/)
    await expect(stream.final()).rejects.toBe(error)
  })

  it.each<[string, (stream: CompletionStream, iterator: AsyncIterator<unknown>) => unknown]>([
    ['aborted', (stream) => stream.abort()],
    ['left', (_, iterator) => iterator.return!()],
    ['disposed of', (stream) => stream[Symbol.asyncDispose]()],
  ])('ends at once when it is %s while the server is silent', async (_, end) => {
    await using world = await serve([fault.stall(text('Hello there.'), 600)])
    const stream = world.stream()
    const iterator = stream[Symbol.asyncIterator]()
    while (stream.snapshot === undefined) await iterator.next()
    const waiting = (async () => {
      for (let step = await iterator.next(); !step.done; step = await iterator.next());
    })().catch((error: unknown) => error)
    await end(stream, iterator)
    expect(await waiting).toBeInstanceOf(APIUserAbortError)
    await expect.poll(() => world.server.requests[0]!.aborted).toBe(true)
  })

  it('sends nothing when it was aborted before', async () => {
    await using world = await serve([])
    const stream = world.stream()
    stream.abort()
    await expect(stream.final()).rejects.toThrow(APIUserAbortError)
    const other = world.stream({}, { signal: AbortSignal.abort('no') })
    await expect(collect(other)).rejects.toThrow(APIUserAbortError)
    expect(world.server.requests).toHaveLength(0)
  })

  it('leaves no listener on the signal of the request', async () => {
    await using world = await serve([text('hi'), failure(400)])
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await world.stream({}, { signal }).final()
    await world
      .stream({}, { signal })
      .final()
      .catch(() => {})
    expect(added.mock.calls.length).toBeGreaterThan(0)
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
  })

  it('throws what the request throws, to the iterator, to final() and to listeners', async () => {
    await using world = await serve([failure(429, undefined, { 'x-should-retry': 'false' })])
    const stream = world.stream()
    const heard: unknown[] = []
    const iterator = stream[Symbol.asyncIterator]()
    stream.on('error', ({ error }) => heard.push(error))
    const error = await iterator.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RateLimitError)
    await expect(stream.final()).rejects.toBe(error)
    expect(heard).toEqual([error])
  })

  it('ends in a StreamError with the snapshot when the connection dies in the middle', async () => {
    await using world = await serve([fault.cutAt(text('Hello there, all of you.'), 900)])
    const error = await collect(world.stream()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StreamError)
    expect('Hello there, all of you.').toContain(snapshotOf(error)!.choices[0]!.message.content)
  })

  it('causes no unhandled rejection when no caller waits', async () => {
    await using world = await serve([failure(400), failure(400)])
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    world.stream().on('content.delta', () => {})
    void world.stream().final()
    await expect.poll(() => world.server.requests.length).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('is iterated once', async () => {
    await using world = await serve([text('hi'), text('hi')])
    const read = world.stream()
    await collect(read)
    expect(() => read[Symbol.asyncIterator]()).toThrow(/iterated once; further readers use `\.on/)
    const drained = world.stream()
    await drained.final()
    expect(() => drained[Symbol.asyncIterator]()).toThrow(UsageError)
    expect(() => drained[Symbol.asyncIterator]()).toThrow(/`\.final\(\)` drain it/)
  })

  it('answers steps of the iteration that do not wait for each other in order', async () => {
    await using world = await serve([text('a b c d', { deltaSize: 2 })])
    const iterator = world.stream()[Symbol.asyncIterator]()
    const steps = await Promise.all(Array.from({ length: 20 }, () => iterator.next()))
    const deltas = steps.flatMap(({ value }) => (value && isDelta(value) ? value.delta : []))
    expect(deltas.join('')).toBe('a b c d')
    expect(steps.at(-1)).toEqual({ done: true, value: undefined })
  })

  it('holds the server back while its consumer pauses', async () => {
    const big = 'x'.repeat(1000)
    const flood = Array.from({ length: 20_000 }, () => ({ choices: [{ index: 0, delta: { content: big } }] }))
    await using world = await serve([chunks(flood)])
    const iterator = world.stream()[Symbol.asyncIterator]()
    await iterator.next()
    let before = -1
    await expect
      .poll(
        () => {
          const sent = world.server.requests[0]!.sent
          const still = sent === before
          before = sent
          return still
        },
        { interval: 100 },
      )
      .toBe(true)
    expect(before).toBeLessThan(15_000_000)
    await iterator.return!()
  })

  it('is retried when it dies before the first word', async () => {
    await using world = await serve([fault.cutAt(text('Hello.'), 0), text('Hello.')])
    const stream = world.stream()
    expect((await stream.final()).choices[0]!.message.content).toBe('Hello.')
    expect(stream.response?.attempts).toBe(2)
  })

  it.each<[string, 'openai' | 'mistral', Partial<StreamParams>, unknown]>([
    ['asks for the usage', 'openai', {}, { include_usage: true }],
    ['asks for nothing a server does not know', 'mistral', {}, undefined],
    ['lets the caller say no', 'openai', { stream_options: { include_usage: false } }, { include_usage: false }],
    [
      'keeps what else the caller says',
      'openai',
      { stream_options: { include_obfuscation: false } },
      { include_usage: true, include_obfuscation: false },
    ],
    ['sends what the caller says', 'mistral', { stream_options: { include_usage: true } }, { include_usage: true }],
  ])('%s (%s)', async (_, profile, params, expected) => {
    await using world = await serve([text('hi')], { profile })
    await world.stream(params).final()
    expect(world.server.requests[0]!.body).toEqual({
      model: 'm',
      messages,
      stream: true,
      ...(expected !== undefined && { stream_options: expected }),
    })
  })

  it('hands out the arguments of calls, and seals them', async () => {
    await using world = await serve([call('get_weather', { city: 'Oslo' }, { deltaSize: 5 })])
    const events = await collect(world.stream())
    const pieces = events.flatMap((event) => (event.type === 'tool_calls.function.arguments.delta' ? event.delta : []))
    expect(pieces.join('')).toBe('{"city":"Oslo"}')
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['call.sealed', 'tool_calls.function.arguments.done']),
    )
  })
})

describe('listeners', () => {
  const events: [type: string, remedy: RegExp][] = [
    ['content', /no event `content`\. There is `content\.delta`, `content\.done`/],
    ['finalMessage', /no event `finalMessage`\. There are `chunk`,/],
  ]
  it.each(events)('of `%s` are refused, by name of what there is', async (type, remedy) => {
    await using client = new Client({ baseURL: 'http://127.0.0.1:1/v1' })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
    expect(() => stream.on(type as 'chunk', () => {})).toThrow(remedy)
    expect(() => stream.once(type as 'chunk', () => {})).toThrow(remedy)
  })

  it('are called once by `once`', async () => {
    await using server = await scriptedServer([text('one two three')])
    await using client = new Client({ baseURL: server.url })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
    let heard = 0
    expect(stream.once('chunk', () => heard++)).toBe(stream)
    await stream.final()
    expect(heard).toBe(1)
    expect(() => stream.on('chunk', () => {})).toThrow(/stream has ended/)
  })
})
