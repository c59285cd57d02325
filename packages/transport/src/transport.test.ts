import { type Chunk, StreamError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { chatModel, RateLimitError, responseOf, Transport } from './index.ts'
import { data, delta, hello, json, loopback, params, sse } from './test/loopback.ts'

test('creates a completion and tells what is known of the response', async () => {
  await using server = await loopback(json(200, hello, { 'x-request-id': 'req_1' }))
  await using client = new Transport({ baseURL: server.url, apiKey: 'sk-12345678' })
  const completion = await client.create(params)
  expect(completion).toEqual(hello)
  expect(responseOf(completion)).toMatchObject({ status: 200, requestId: 'req_1', attempts: 1 })
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-12345678', 'content-type': 'application/json' },
  })
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(params)
})

test('concurrent `next` calls resolve in call order, and `return` does not wait', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'he' }))) // and no more
  })
  await using client = new Transport({ baseURL: server.url })
  const batches = (await client.create({ ...params, stream: true })).batches()
  const asked = [batches.next(), batches.next(), batches.next()]
  expect(await asked[0]).toMatchObject({ done: false, value: [{ choices: [{ delta: { content: 'he' } }] }] })
  const left = batches.return?.()
  for (const answer of [left, asked[1], asked[2], batches.next()])
    expect(await answer).toEqual({ done: true, value: undefined })
})

test('streams chunks one by one and in batches', async () => {
  await using server = await loopback(sse(data(delta({ content: 'he' }), delta({ content: 'llo' }, 'stop'), '[DONE]')))
  await using client = new Transport({ baseURL: server.url })
  const contents: unknown[] = []
  for await (const chunk of await client.create({ ...params, stream: true }))
    contents.push(chunk.choices[0]?.delta.content)
  expect(contents).toEqual(['he', 'llo'])
  const stream = await client.create({ ...params, stream: true })
  const sizes: number[] = []
  for await (const batch of stream.batches()) sizes.push(batch.length)
  expect(sizes).toEqual([2])
  expect(stream.response.status).toBe(200)
})

test('retries transient failures and throws the others', async () => {
  await using server = await loopback(
    json(503, {}),
    json(429, { error: { message: 'no', code: 'insufficient_quota' } }),
  )
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  const retries: number[] = []
  const failed = await client
    .create(params, { onRetry: ({ attempt }) => retries.push(attempt) })
    .catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(RateLimitError)
  expect(failed).toMatchObject({ status: 429, code: 'insufficient_quota' })
  expect(retries).toEqual([1])
  expect(server.requests.length).toBe(2)
  expect(server.requests[0]?.headers['idempotency-key']).toBe(server.requests[1]?.headers['idempotency-key'])
})

test('a stream that breaks off after its first content is a StreamError', async () => {
  await using server = await loopback(sse(data(delta({ content: 'he' }))))
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  const contents: unknown[] = []
  const failed = await (async () => {
    for await (const chunk of await client.create({ ...params, stream: true })) contents.push(chunk)
  })().catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(StreamError)
  expect(contents.length).toBe(1)
  expect(server.requests.length).toBe(1)
})

test('a stream that breaks off before its first content is retried', async () => {
  await using server = await loopback(
    sse(data(delta({ role: 'assistant', content: '' }))),
    sse(data(delta({ role: 'assistant', content: '' }), delta({ content: 'hi' }, 'stop'), '[DONE]')),
  )
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  const contents: unknown[] = []
  for await (const chunk of await client.create({ ...params, stream: true }))
    contents.push(chunk.choices[0]?.delta.content)
  expect(contents).toEqual(['', 'hi'])
  expect(server.requests.length).toBe(2)
})

test('a chat model streams batches within its profile', async () => {
  await using server = await loopback(sse(data(delta({ content: 'hi' }, 'stop'), '[DONE]')))
  await using client = new Transport({ baseURL: server.url })
  const model = chatModel(client, 'small', { profile: 'mistral' })
  const batches: unknown[] = []
  for await (const batch of model.stream?.({ messages: params.messages, max_completion_tokens: 5 }, {}) ?? []) {
    batches.push(batch)
  }
  // The first tells that the answer has begun.
  expect(batches.map((batch) => (batch as readonly Chunk[]).length > 0)).toEqual([false, true])
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
    model: 'small',
    messages: params.messages,
    max_tokens: 5,
    stream: true,
  })
})
