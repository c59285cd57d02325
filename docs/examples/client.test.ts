import { scriptedServer, text } from '@toolloop/testing'
import { agent, chatModel, Client, outputOf, responseOf } from 'toolloop'
import { afterEach, expect, test, vi } from 'vitest'

const apiKey = 'sk-example-key'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
afterEach(() => out.mockClear())

test('a client asks', async () => {
  await using server = await scriptedServer([text('Hello.')], { apiKey })
  const baseURL = server.url
  // #region ask
  const client = new Client({ baseURL, apiKey })
  const completion = await client.chat.completions.create({ model: 'gpt-5.1', messages })
  const answer = completion.choices[0]?.message.content
  // #endregion
  expect(answer).toBe('Hello.')
  await client.close()
})

test('a client streams', async () => {
  await using server = await scriptedServer([text('Hello.', { deltaSize: 2 })])
  await using client = new Client({ baseURL: server.url })
  // #region stream
  const stream = await client.chat.completions.create({ model: 'gpt-5.1', messages, stream: true })
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')
  // #endregion
  expect(out.mock.calls.map(([written]) => written).join('')).toBe('Hello.')
})

test('options of a request', async () => {
  await using server = await scriptedServer([text('Hello.')])
  await using client = new Client({ baseURL: server.url })
  const signal = new AbortController().signal
  // #region request
  const completion = await client.chat.completions.create(
    { model: 'gpt-5.1', messages },
    {
      signal,
      timeout: { total: 60_000, idle: 20_000 },
      maxRetries: 5,
      headers: { 'x-team': 'search', 'x-old': null }, // null removes a header of the client
      query: { trace: true },
      body: { top_k: 40 }, // fields that only this server knows
      idempotencyKey: 'order-7',
    },
  )
  // #endregion
  expect(completion.choices[0]?.message.content).toBe('Hello.')
  expect(server.requests[0]).toMatchObject({
    headers: { 'x-team': 'search', 'idempotency-key': 'order-7' },
    query: { trace: 'true' },
    body: { top_k: 40 },
  })
})

test('the response behind a result', async () => {
  await using server = await scriptedServer([text('Hello.')])
  await using client = new Client({ baseURL: server.url })
  // #region response
  const completion = await client.chat.completions.create({ model: 'gpt-5.1', messages })
  const response = responseOf(completion)
  console.log(response?.requestId, response?.attempts, response?.timing.end, response?.headers.get('date'))
  // #endregion
  expect(response).toMatchObject({ status: 200, attempts: 1 })
})

test('stored completions', async () => {
  await using server = await scriptedServer([text('One.'), text('Two.'), text('Three.')])
  await using client = new Client({ baseURL: server.url })
  for (let n = 0; n < 3; n++) {
    await client.chat.completions.create({ model: 'gpt-5.1', messages, store: true, metadata: { topic: 'weather' } })
  }
  const seen: string[] = []
  // #region stored
  const { completions } = client.chat
  for await (const { id } of await completions.list({ metadata: { topic: 'weather' }, limit: 2 })) {
    const asked = await completions.messages.list(id)
    await completions.update(id, { metadata: { topic: 'weather', messages: String(asked.data.length) } })
    seen.push(id)
  }
  const page = await completions.list({ limit: 2 })
  const next = await page.nextPage() // undefined after the last page
  for (const id of seen) await completions.delete(id)
  // #endregion
  expect(seen.length).toBe(3)
  expect([page.data.length, next?.data.length]).toEqual([2, 1])
  expect((await completions.list()).data).toEqual([])
})

test('a model for an agent', async () => {
  await using server = await scriptedServer([text('Hello.')])
  await using client = new Client({ baseURL: server.url })
  // #region model
  const model = chatModel(client, 'gpt-5.1', { price: { input: 1.25, output: 10 } })
  const greeter = agent({ name: 'greeter', model })
  // #endregion
  expect(outputOf(await greeter.run('Say hello.'))).toBe('Hello.')
})
