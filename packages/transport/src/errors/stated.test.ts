// An error is an error wherever a server states it: typed, with its words and its status, in plain bodies and streams.
import { expect, test } from 'vitest'
import { APIError, type ChunkStream, InternalServerError, RateLimitError, Transport } from '../index.ts'
import { type Answer, data, delta, hello, json, loopback, params, sse } from '../test/loopback.ts'

interface Stated {
  readonly body: object
  readonly words: string
  readonly status?: number
  readonly code?: string
  readonly retryable: boolean
}

const [choice] = hello.choices
const half = { ...choice, message: { role: 'assistant', content: 'half' }, finish_reason: 'error' }

const cases: readonly [name: string, stated: Stated][] = [
  [
    'beside empty choices',
    {
      body: { choices: [], error: { code: 502, message: 'worker gone' } },
      words: 'worker gone',
      status: 502,
      code: '502',
      retryable: true,
    },
  ],
  [
    'beside choices',
    {
      body: { ...hello, error: { code: 429, message: 'slow' } },
      words: 'slow',
      status: 429,
      code: '429',
      retryable: true,
    },
  ],
  ['as text beside choices', { body: { ...hello, error: 'it broke' }, words: 'it broke', retryable: false }],
  [
    'in a choice',
    {
      body: { ...hello, choices: [{ ...half, error: { code: 503, message: 'upstream down' } }] },
      words: 'upstream down',
      status: 503,
      code: '503',
      retryable: true,
    },
  ],
  [
    'as a flat message and code',
    {
      body: { message: 'too fast', code: 'rate_limit_exceeded' },
      words: 'too fast',
      code: 'rate_limit_exceeded',
      retryable: true,
    },
  ],
  [
    'as a flat code that will not pass',
    { body: { code: 'InvalidParameter', message: 'no' }, words: 'no', code: 'InvalidParameter', retryable: false },
  ],
  ['as a flat status', { body: { status: 500, message: 'oops' }, words: 'oops', status: 500, retryable: true }],
  [
    'as a state beside null choices',
    {
      body: { choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } },
      words: 'rate limit',
      code: '1002',
      retryable: true,
    },
  ],
  [
    'as a state beside choices',
    {
      body: { ...hello, base_resp: { status_code: 1004, status_msg: 'login fail' } },
      words: 'login fail',
      code: '1004',
      retryable: false,
    },
  ],
  [
    'in a header',
    { body: { header: { code: 10013, message: 'audit' } }, words: 'audit', code: '10013', retryable: false },
  ],
  [
    'in a response',
    {
      body: { Response: { Error: { Code: 'RequestLimitExceeded', Message: 'limit' } } },
      words: 'limit',
      code: 'RequestLimitExceeded',
      retryable: true,
    },
  ],
  ['in an output', { body: { output: { message: 'bad input' } }, words: 'bad input', retryable: false }],
  [
    'in a list',
    {
      body: { success: false, errors: [{ code: 7003, message: 'no route' }] },
      words: 'no route',
      code: '7003',
      retryable: false,
    },
  ],
  [
    'as error_msg',
    { body: { error_code: 336100, error_msg: 'try again' }, words: 'try again', code: '336100', retryable: false },
  ],
]

const failureOf = async (answer: Answer, stream: boolean, maxRetries = 0): Promise<[unknown, string, number]> => {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, maxRetries, backoff: { initial: 1 } })
  let text = ''
  try {
    const result = await client.create({ ...params, stream })
    if (stream) for await (const chunk of result as ChunkStream) text += chunk.choices[0]?.delta?.content ?? ''
    return [undefined, text, server.requests.length]
  } catch (error) {
    return [error, text, server.requests.length]
  }
}

test.each(cases)('an error %s', async (_name, { body, words, status, code = 'api', retryable }) => {
  const expected = { code, retryable }
  const [plain, , asked] = await failureOf(json(200, body), false, 1)
  expect(plain).toBeInstanceOf(APIError)
  expect(plain).toMatchObject({ ...expected, status: status ?? 200 })
  expect(String(plain)).toContain(words)
  expect(asked).toBe(retryable ? 2 : 1)
  // In a stream there is no status but the one it states; what was said before it is kept, and not asked for again.
  for (const parts of [
    [data(delta({ content: 'so far' }), asChunk(body))],
    [data(delta({ content: 'so far' })), data(asChunk(body))],
  ]) {
    const [streamed, text, count] = await failureOf(sse(...parts), true, 1)
    expect(streamed).toBeInstanceOf(APIError)
    expect(streamed).toMatchObject({ ...expected, status })
    expect(String(streamed)).toContain(words)
    expect(text).toContain('so far')
    expect(count).toBe(1)
  }
  // Before any text it is retried where it may pass.
  const [first, , times] = await failureOf(sse(data(delta({ role: 'assistant' }), bare(body))), true, 1)
  expect(first).toMatchObject({ ...expected, status })
  expect(times).toBe(retryable ? 2 : 1)
})

test('the class is the one of the stated status', async () => {
  const of = async (code: number): Promise<unknown> =>
    (await failureOf(sse(data({ choices: [], error: { code, message: 'x' } })), true))[0]
  expect(await of(429)).toBeInstanceOf(RateLimitError)
  expect(await of(500)).toBeInstanceOf(InternalServerError)
})

test.each([
  ['an empty error', { ...hello, error: {} }],
  ['a null error', { ...hello, error: null }],
  ['a state of success', { ...hello, base_resp: { status_code: 0, status_msg: '' } }],
  ['a header of success', { ...hello, header: { code: 0, message: 'Success' } }],
  ['a null error in a choice', { ...hello, choices: [{ ...choice, error: null }] }],
  ['words of success', { ...hello, code: 0, message: 'ok' }],
])('%s is none', async (_name, body) => {
  expect((await failureOf(json(200, body), false))[0]).toBeUndefined()
  expect((await failureOf(sse(data(asChunk(body), '[DONE]')), true))[0]).toBeUndefined()
})

test('JSON that is complete and not valid is not truncated, and not retried', async () => {
  const [error, , count] = await failureOf(
    json(200, '{"choices":[{"message":{"content":"x"},"logprobs":NaN}]}'),
    false,
    2,
  )
  expect(String(error)).toContain('invalid JSON')
  expect([error instanceof APIError, count]).toEqual([true, 1])
  const [streamed, , times] = await failureOf(sse('data: {"choices":[],"x":NaN}\n\n'), true, 2)
  expect([String(streamed).includes('not JSON'), times]).toEqual([true, 1])
  for (const cut of ['{"choices":[', '{"choices":"a']) expect((await failureOf(json(200, cut), false, 1))[2]).toBe(2)
})

/** The same as a chunk: whole messages become deltas. */
function asChunk(body: object): object {
  const { choices } = body as { choices?: { message?: object }[] | null }
  return choices ? { ...body, choices: choices.map(({ message, ...rest }) => ({ ...rest, delta: message })) } : body
}

/** Without an answer beside it. */
function bare(body: object): object {
  const { choices } = body as { choices?: { error?: object }[] | null }
  return choices
    ? { ...body, choices: choices.map(({ error }) => ({ index: 0, delta: {}, ...(error && { error }) })) }
    : body
}
