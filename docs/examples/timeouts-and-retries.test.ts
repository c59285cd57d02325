import { failure, fault, scriptedServer, text } from '@toolloop/testing'
import { APITimeoutError, Client, RateLimitError } from 'toolloop'
import { expect, test, vi } from 'vitest'

const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const params = { model: 'gpt-5.1', messages }

test('timeouts', async () => {
  await using server = await scriptedServer([fault.stall(text('Hello.'), 0)])
  const baseURL = server.url
  const log = vi.fn<(...line: unknown[]) => void>()
  // #region timeouts
  const client = new Client({
    baseURL,
    maxRetries: 0,
    timeout: {
      total: 600_000, // all attempts, the waits between them, the stream
      attempt: 300_000, // one attempt
      connect: 10_000, // until the connection is open
      headers: 120_000, // from there to the response's headers
      firstEvent: 50, // from the headers to the first event of a stream
      idle: 180_000, // between two events of a stream
      trailer: 5_000, // after the last finish_reason; never an error
    },
  })
  try {
    for await (const chunk of await client.chat.completions.create({ ...params, stream: true })) log(chunk)
  } catch (error) {
    if (error instanceof APITimeoutError) log(error.timeout, error.allowed)
  }
  // #endregion
  expect(log.mock.calls).toEqual([['firstEvent', 50]])
  await client.close()
})

test('retries', async () => {
  await using server = await scriptedServer([failure(503, 'busy'), text('Hello.')])
  await using client = new Client({ baseURL: server.url, backoff: { initial: 1 } })
  const log = vi.fn<(...line: unknown[]) => void>()
  // #region retries
  const completion = await client.chat.completions.create(params, {
    maxRetries: 5,
    onRetry: ({ attempt, error, delay }) => log(`attempt ${attempt}: ${error.name}, next in ${delay} ms`),
  })
  // #endregion
  expect(completion.choices[0]?.message.content).toBe('Hello.')
  expect(log.mock.calls).toEqual([[expect.stringMatching(/^attempt 1: InternalServerError, next in [\d.]+ ms$/)]])
})

test('a wait that is too long', async () => {
  await using server = await scriptedServer([failure(429, 'slow down', { 'retry-after': '3600' })])
  await using client = new Client({ baseURL: server.url })
  const later = vi.fn<(milliseconds: number) => void>()
  // #region cap
  try {
    await client.chat.completions.create(params)
  } catch (error) {
    if (error instanceof RateLimitError && error.retryAfter !== undefined) later(error.retryAfter)
  }
  // #endregion
  expect(later.mock.calls).toEqual([[3_600_000]])
})
