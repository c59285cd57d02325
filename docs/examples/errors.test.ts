import { failure, fault, scriptedServer, text } from '@toolloop/testing'
import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  Client,
  RateLimitError,
  StreamError,
  ToolloopError,
} from 'toolloop'
import { expect, test, vi } from 'vitest'

const params = { model: 'gpt-5.1', messages: [{ role: 'user' as const, content: 'Say hello.' }] }

test('errors by class', async () => {
  const body = {
    error: { message: 'You exceeded your quota.', type: 'insufficient_quota', code: 'insufficient_quota' },
  }
  await using server = await scriptedServer([failure(429, body), failure(401, 'wrong key')])
  await using client = new Client({ baseURL: server.url, maxRetries: 0 })
  const log = vi.fn<(...line: unknown[]) => void>()
  for (let n = 0; n < 2; n++) {
    // #region classes
    try {
      await client.chat.completions.create(params)
    } catch (error) {
      if (error instanceof AuthenticationError) log('check the key')
      else if (error instanceof RateLimitError && error.code === 'insufficient_quota') log('the account is empty')
      else if (error instanceof APIError) log(error.status, error.code, error.request_id)
      else if (error instanceof APIConnectionError) log('no whole answer came', error.cause)
      else throw error
    }
    // #endregion
  }
  expect(log.mock.calls).toEqual([['the account is empty'], ['check the key']])
})

test('a stream that breaks off', async () => {
  await using server = await scriptedServer([fault.cutAt(text('A long story about an owl.', { deltaSize: 5 }), 700)])
  await using client = new Client({ baseURL: server.url })
  let story = ''
  let failed: unknown
  // #region stream
  try {
    for await (const { choices } of await client.chat.completions.create({ ...params, stream: true })) {
      story += choices[0]?.delta.content ?? ''
    }
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
    failed = error.cause
  }
  // #endregion
  expect(failed).toBeInstanceOf(APIConnectionError)
  expect('A long story about an owl.').toContain(story)
  expect(story).not.toBe('')
})

test('what a log may keep', async () => {
  await using server = await scriptedServer([failure(400, { error: { message: 'no such model', code: 'bad_model' } })])
  await using client = new Client({ baseURL: server.url })
  const entries: unknown[] = []
  // #region log
  try {
    await client.chat.completions.create(params)
  } catch (error) {
    if (error instanceof ToolloopError) entries.push(error.toJSON())
  }
  // #endregion
  expect(entries).toEqual([expect.objectContaining({ name: 'BadRequestError', code: 'bad_model', status: 400 })])
})
