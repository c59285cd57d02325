import { StreamError, type ChatModel, type Chunk, type ModelRequest } from '@toolloop/wire'
import { strictServer, text } from '@toolloop/testing'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { APIConnectionError, APIUserAbortError, chatModel, NotFoundError, profiles, Transport } from './index.ts'
import { type Answer, data, delta, hello, json, loopback, params, sse, patience } from './test/loopback.ts'

const request: ModelRequest = {
  messages: [{ role: 'developer', content: 'be brief' }, ...params.messages],
  max_completion_tokens: 9,
}
const answer = sse(data(delta({ content: 'a' })), data(delta({ content: 'b' }, 'stop'), '[DONE]'))

type Make = (baseURL: string) => ChatModel
const makers: readonly [string, Make][] = [
  ['a transport', (baseURL) => chatModel(new Transport({ baseURL, apiKey: 'sk-12345678', maxRetries: 0 }), 'm')],
  ['an openai instance', (baseURL) => chatModel(new OpenAI({ baseURL, apiKey: 'sk-12345678', maxRetries: 0 }), 'm')],
]

async function chunksOf(model: ChatModel, signal?: AbortSignal): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  for await (const item of model.stream?.(request, { signal }) ?? [])
    chunks.push(...('choices' in item ? [item] : item))
  return chunks
}

test.each(makers)('%s streams, and creates', async (_name, make) => {
  await using server = await loopback(answer, json(200, hello))
  const model = make(server.url)
  expect(model).toMatchObject({ name: 'm', profile: { name: 'compatible' } })
  expect((await chunksOf(model)).map((chunk) => chunk.choices[0]?.delta.content)).toEqual(['a', 'b'])
  expect(await model.create?.(request, {})).toMatchObject(hello)
  const adapted = { messages: [{ role: 'system', content: 'be brief' }, ...params.messages], max_tokens: 9, model: 'm' }
  expect(server.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { ...adapted, stream: true, stream_options: { include_usage: true } },
    adapted,
  ])
})

const failures: readonly [string, Answer, abstract new (...args: never[]) => Error, object][] = [
  [
    '404',
    json(404, { error: { message: 'no such model', code: 'model_not_found' } }),
    NotFoundError,
    { status: 404, code: 'model_not_found' },
  ],
  ['a reset', (response) => void response.socket?.destroy(), APIConnectionError, { retryable: true }],
]

test.each(
  makers.flatMap(([name, make]) =>
    failures.map(([what, ...rest]) => [`${name} that meets ${what}`, make, ...rest] as const),
  ),
)('%s fails with our error', async (_name, make, reply, type, fields) => {
  await using server = await loopback(reply)
  const model = make(server.url)
  for (const failed of [model.create?.(request, {}), chunksOf(model)]) {
    const error = await Promise.resolve(failed).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject(fields)
  }
})

test.each(makers)('%s never ends a stream that was cut', async (_name, make) => {
  await using server = await loopback(sse(data(delta({ content: 'a' }))))
  await expect(chunksOf(make(server.url))).rejects.toBeInstanceOf(StreamError)
})

test.each(makers)('%s sends one request, however often `next` is called', async (_name, make) => {
  await using server = await loopback(answer, json(404, { error: { message: 'no such model' } }), answer)
  const model = make(server.url)
  const begun = model.stream!(request, {})[Symbol.asyncIterator]()
  await Promise.all([begun.next(), begun.next()])
  await begun.return?.()
  expect(server.requests).toHaveLength(1)
  const failing = model.stream!(request, {})[Symbol.asyncIterator]()
  await expect(failing.next()).rejects.toBeInstanceOf(NotFoundError)
  await failing.next().catch(() => {})
  expect(server.requests).toHaveLength(2)
})

test.each(makers)('%s stops by its signal', async (_name, make) => {
  await using server = await loopback(() => {})
  const abort = new AbortController()
  const failed = chunksOf(make(server.url), abort.signal).catch((cause: unknown) => cause)
  await expect.poll(() => server.requests.length, patience).toBe(1)
  abort.abort('enough')
  expect(await failed).toBeInstanceOf(APIUserAbortError)
  await expect.poll(server.open, patience).toBe(0)
})

test.each<[string, (transport: Transport) => Parameters<typeof chatModel>[0]]>([
  ['a transport', (transport) => transport],
  ['a client', (transport) => ({ profile: transport.profile, chat: { completions: transport } })],
])('%s tells its retries through the model, and hands over batches', async (_name, make) => {
  await using server = await loopback(json(500, {}), answer)
  await using transport = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  const client = make(transport)
  const attempts: number[] = []
  const options = { onRetry: ({ attempt }: { attempt: number }) => void attempts.push(attempt) }
  for await (const batch of chatModel(client, 'm').stream?.(request, options) ?? []) expect(batch).toBeInstanceOf(Array)
  expect(attempts).toEqual([1])
})

test('the profile is the client’s, or named, or given by what differs; a price is kept', () => {
  const client = new Transport({ baseURL: 'https://api.groq.com/openai/v1', apiKey: 'gsk-12345678' })
  expect(chatModel(client, 'm').profile).toBe(profiles.groq)
  expect(chatModel(client, 'm', { profile: 'mistral' }).profile).toBe(profiles.mistral)
  expect(chatModel(client, 'm', { profile: { strict: false } }).profile).toEqual({ ...profiles.groq, strict: false })
  expect(chatModel(client, 'm', { price: { input: 1, output: 2 } }).price).toEqual({ input: 1, output: 2 })
  expect(chatModel(new OpenAI({ apiKey: 'k', baseURL: 'https://api.deepseek.com' }), 'm').profile).toBe(
    profiles.deepseek,
  )
})

test('an invalid client or model id throws', () => {
  expect(() => chatModel({} as never, 'm')).toThrow('`chatModel` needs a client')
  expect(() => chatModel(new Transport(), '')).toThrow('the id of a model')
})

test("a client of one's own may answer with the stream itself", async () => {
  async function* create(): AsyncGenerator<Chunk> {
    yield delta({ content: 'a' }, 'stop') as Chunk
  }
  const own = { profile: profiles.openai, create: create as unknown as Transport['create'] }
  expect((await chunksOf(chatModel(own, 'm'))).map((chunk) => chunk.choices[0]?.delta.content)).toEqual(['a'])
})

test('whatever a history holds, what is sent is valid for each server', async () => {
  const id = 'call_of_another_server_that_is_longer_than_forty_characters'
  const history = [
    { role: 'developer', content: 'x' },
    { role: 'user', content: 'half \ud83d' },
    {
      role: 'assistant',
      content: null,
      refusal: null,
      reasoning_content: 'r',
      reasoning_details: null,
      function_call: { name: '', arguments: '' },
      tool_calls: [
        { id, type: 'tool_use', index: 0, function: { name: 'functions.now', arguments: null } },
        { id: 'b', type: 'function', function: { name: '', arguments: { a: 1 } } },
      ],
    },
    { role: 'tool', tool_call_id: id, content: 'cut \ud83d' },
    { role: 'tool', tool_call_id: 'b', content: 'x' },
    { role: 'user', content: 'and?' },
  ] as unknown as ModelRequest['messages']
  const broken: ModelRequest = {
    messages: history,
    tools: [{ type: 'function', function: { name: 'f', strict: true } }],
    parallel_tool_calls: true,
    max_completion_tokens: 5,
  }
  for (const profile of Object.values(profiles)) {
    await using server = await strictServer([text('fine'), text('fine')], { profile })
    await using client = new Transport({ baseURL: server.url, maxRetries: 0, profile })
    const model = chatModel(client, 'm')
    await expect(model.create?.(broken, {})).resolves.toMatchObject({
      choices: [{ finish_reason: 'stop' }],
    })
    for await (const _ of model.stream?.(broken, {}) ?? []);
  }
})
