// Whatever the server answers, the caller gets a completion or a typed error with the server's own words.
import { setImmediate } from 'node:timers/promises'
import { type Chunk, StreamError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import {
  APIConnectionError,
  APIError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  Transport,
  UnprocessableEntityError,
} from './index.ts'
import { type Answer, data, delta, hello, json, loopback, params, sse } from './test/loopback.ts'

type Class = abstract new (...args: never[]) => Error

async function failureOf(answer: Answer, stream = false): Promise<unknown> {
  await using server = await loopback(answer)
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  try {
    if (!stream) return await client.create(params)
    for await (const _ of await client.create({ ...params, stream: true }));
    return undefined
  } catch (error) {
    return error
  }
}

const html = (status: number, body: string): Answer => json(status, body, { 'content-type': 'text/html' })

const errorBodies: readonly [name: string, answer: Answer, type: Class, fields: object, words: string][] = [
  [
    'an object',
    json(400, { error: { message: 'no such', type: 'invalid_request_error', param: 'model', code: 'bad' } }),
    BadRequestError,
    { status: 400, code: 'bad', type: 'invalid_request_error', param: 'model' },
    '400: no such',
  ],
  ['a text under `error`', json(404, { error: 'model not found' }), NotFoundError, { code: 'api' }, 'model not found'],
  ['a detail', json(403, { detail: 'forbidden' }), PermissionDeniedError, {}, 'forbidden'],
  [
    'a list of details',
    json(422, { detail: [{ loc: ['body', 'messages'], msg: 'field required', type: 'missing' }] }),
    UnprocessableEntityError,
    {},
    'body.messages: field required',
  ],
  [
    'flat fields',
    json(400, { object: 'error', message: 'Invalid model', type: 'invalid_model', code: 1500, param: null }),
    BadRequestError,
    { code: '1500', type: 'invalid_model' },
    'Invalid model',
  ],
  ['an array', json(409, [{ error: { code: 409, message: 'busy' } }]), ConflictError, { code: '409' }, 'busy'],
  ['a numeric code', json(429, { error: { code: 429, message: 'slow' } }), RateLimitError, { code: '429' }, 'slow'],
  ['an inner message', json(500, { error: { message: { detail: 'deep' } } }), InternalServerError, {}, '"deep"'],
  [
    'an upstream text',
    json(502, { error: { message: 'Provider', metadata: { raw: 'boom' } } }),
    InternalServerError,
    {},
    'Provider: boom',
  ],
  ['plain text', json(503, 'upstream connect error'), InternalServerError, {}, 'upstream connect error'],
  [
    'HTML',
    html(502, '<html><head><title>502 Bad Gateway</title></head></html>'),
    InternalServerError,
    {},
    '502 Bad Gateway',
  ],
  ['HTML without a title', html(504, '<h1>Timed <b>out</b></h1>'), InternalServerError, {}, 'Timed out'],
  ['nothing', json(500, ''), InternalServerError, { code: 'api' }, 'no body'],
  ['null', json(500, 'null'), InternalServerError, {}, 'no body'],
  ['a number', json(418, '42'), APIError, { status: 418 }, '418'],
  ['an empty object', json(500, {}), InternalServerError, {}, '500'],
]

test.each(errorBodies)('an error whose body is %s', async (_name, answer, type, fields, words) => {
  for (const stream of [false, true]) {
    const error = await failureOf(answer, stream)
    expect(error).toBeInstanceOf(type)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject(fields)
    expect(String(error)).toContain(words)
    expect(String(error)).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions/)
  }
})

const choice = hello.choices[0]
type Disguised = readonly [name: string, answer: Answer, type: Class, words: string]
const disguised: readonly Disguised[] = [
  ['an error object', json(200, { error: { message: 'out of credit', code: 402 } }), APIError, 'out of credit'],
  ['an error text', json(200, { error: 'out of credit' }), APIError, 'out of credit'],
  ['a detail', json(200, { detail: 'Not Found' }), APIError, 'Not Found'],
  ['HTML', html(200, '<html><title>Log in</title></html>'), APIError, 'HTML: Log in'],
  ['text', json(200, 'it works!'), APIError, 'it works!'],
  ['nothing', json(200, ''), APIConnectionError, 'empty body'],
  ['no content', (response) => void response.writeHead(204).end(), APIConnectionError, 'empty body'],
  ['null', json(200, 'null'), APIError, 'null'],
  ['an array', json(200, [1, 2]), APIError, 'an array: [1,2]'],
  ['a string', json(200, '"hello"'), APIError, 'a string'],
  ['a number', json(200, '42'), APIError, 'a number'],
  ['no choices', json(200, { id: 'x', model: 'm' }), APIError, 'no `choices`'],
  ['empty choices', json(200, { ...hello, choices: [] }), APIError, 'empty `choices`'],
  ['choices that are an object', json(200, { ...hello, choices: {} }), APIError, 'not an array'],
  ['a choice that is null', json(200, { ...hello, choices: [null] }), APIError, 'not an object'],
  ['a choice without a message', json(200, { ...hello, choices: [{ index: 0 }] }), APIError, 'without a message'],
  ...['stop', 'tool_calls', 'of its own', 7].map((finish_reason): Disguised => [
    `a message that is null, with the finish reason ${finish_reason}`,
    json(200, { ...hello, choices: [{ ...choice, message: null, finish_reason }] }),
    APIError,
    'without a message',
  ]),
  [
    'a message that is a string',
    json(200, { ...hello, choices: [{ ...choice, message: 'x' }] }),
    APIError,
    'message that',
  ],
  ['content 42', json(200, { ...hello, choices: [{ ...choice, message: { content: 42 } }] }), APIError, 'a number'],
  [
    'calls as an object',
    json(200, { ...hello, choices: [{ ...choice, message: { tool_calls: {} } }] }),
    APIError,
    'tool_calls',
  ],
  ['truncated JSON', json(200, JSON.stringify(hello).slice(0, -9)), APIConnectionError, 'truncated'],
]

test.each(disguised)('a 200 that holds %s', async (_name, answer, type, words) => {
  const plain = await failureOf(answer)
  expect(plain).toBeInstanceOf(type)
  expect(String(plain)).toContain(words)
  expect(await failureOf(answer, true)).toBeInstanceOf(Error)
})

test.each<[string, object]>([
  ['no finish_reason', { ...choice, finish_reason: undefined }],
  ['content parts', { ...choice, message: { role: 'assistant', content: [{ type: 'text', text: 'x' }] } }],
])('a completion with %s passes as it came', async (_name, odd) => {
  const body = JSON.parse(JSON.stringify({ ...hello, choices: [odd], extra: 1 })) as object
  await using server = await loopback(json(200, body))
  await using client = new Transport({ baseURL: server.url })
  expect(await client.create(params)).toEqual(body)
})

test('a message under `delta` is the message', async () => {
  const message = { role: 'assistant', content: 'x' }
  for (const stream of [false, true]) {
    await using server = await loopback(
      json(200, { ...hello, choices: [{ index: 0, delta: message, finish_reason: 'stop' }] }),
    )
    await using client = new Transport({ baseURL: server.url })
    if (stream) {
      const chunks = []
      for await (const chunk of await client.create({ ...params, stream })) chunks.push(chunk)
      expect(chunks.map(({ choices }) => choices)).toEqual([[{ index: 0, delta: message, finish_reason: 'stop' }]])
    } else {
      const { choices } = await client.create(params)
      expect(choices).toEqual([{ index: 0, message, finish_reason: 'stop' }])
    }
  }
})

test.each(['content_filter', 'length', 'error'])(
  'an answer without a message that ended by %s has an empty message',
  async (finish_reason) => {
    for (const absent of [{}, { message: null }]) {
      const body = { ...hello, choices: [{ index: 0, finish_reason, ...absent }] }
      await using server = await loopback(json(200, body))
      await using client = new Transport({ baseURL: server.url })
      const message = { role: 'assistant', content: null }
      expect(await client.create(params)).toEqual({ ...body, choices: [{ index: 0, finish_reason, message }] })
    }
  },
)

const streams: readonly [name: string, body: string, type: Class, words: string, fields?: object][] = [
  [
    'an error object',
    data({ error: { message: 'overloaded', code: 503 } }),
    InternalServerError,
    'overloaded',
    { status: 503 },
  ],
  ['an error event', 'event: error\ndata: {"message":"lost"}\n\n', APIError, 'lost'],
  ['an error event in words', 'event: error\ndata: lost it\n\n', APIError, 'lost it'],
  [
    'an error line',
    'error: {"code":500,"message":"crashed"}\n\n',
    InternalServerError,
    'crashed',
    { status: 500, code: '500' },
  ],
  ['an error list', data([{ error: { code: 429, message: 'quota' } }]), RateLimitError, 'quota'],
  ['an error text', data({ error: 'model crashed' }), APIError, 'model crashed'],
  ['words', 'data: Internal Server Error\n\n', StreamError, 'Internal Server Error'],
  ['broken JSON', 'data: {"choices": [\n\n', StreamError, 'not JSON'],
  ['HTML', '<html><title>Sign in</title></html>', APIError, 'Sign in'],
  ['an error body', JSON.stringify({ error: { message: 'nope' } }), APIError, 'nope'],
  ['blanks and an error body', `\n \n${JSON.stringify({ error: { message: 'nope' } })}`, APIError, 'nope'],
  ['a comment and an error body', `: wait\n\n${JSON.stringify({ error: { message: 'nope' } })}`, APIError, 'nope'],
  ['a comment and an error line', `: wait\n\n${JSON.stringify({ error: { message: 'nope' } })}\n`, APIError, 'nope'],
  ['a comment and words', ': wait\n\nupstream is gone\n', StreamError, 'the server sent: upstream is gone'],
  ['nothing', '', StreamError, 'before the first chunk'],
]

const begun = data(delta({ content: 'a' }))
test.each<[string, unknown, string]>([
  ['a choice that is null', { choices: [null] }, 'a choice that is not an object'],
  ['a delta that is a string', { choices: [{ index: 0, delta: 'x' }] }, 'a message that is not an object'],
  ['content 42', { choices: [{ index: 0, delta: { content: 42 } }] }, 'content that is a number'],
  ['calls as an object', { choices: [{ index: 0, delta: { tool_calls: {} } }] }, '`tool_calls` that is not an array'],
])('a stream that goes on with %s', async (_name, chunk, words) => {
  for (const body of [begun + data(chunk), data(chunk)]) {
    const error = await failureOf(sse(body), true)
    expect(error).toBeInstanceOf(StreamError)
    expect(String(error)).toContain(words)
  }
})

test.each(streams)('a stream that begins with %s', async (_name, body, type, words, fields = {}) => {
  const error = await failureOf(sse(body), true)
  expect(error).toBeInstanceOf(type)
  expect(String(error)).toContain(words)
  expect(error).toMatchObject(fields)
})

test.each([304, 402, 599])(
  'a status without a class of its own is an APIError with that status (%i)',
  async (status) => {
    const error = await failureOf((response) => void response.writeHead(status).end(), false)
    expect(error).toMatchObject({ status, message: expect.stringContaining(`answered ${status}: no body`) })
  },
)

test('blanks that come alone do not hide what kind of body follows', async () => {
  const error = await failureOf(async (response) => {
    response.writeHead(200).write('\n')
    await setImmediate()
    response.write(' \n')
    await setImmediate()
    response.end(JSON.stringify({ error: { message: 'nope' } }))
  }, true)
  expect(error).toBeInstanceOf(APIError)
})

test('an error after content keeps its class and its message', async () => {
  const error = await failureOf(
    sse(data(delta({ content: 'a' }), { error: { message: 'gone', code: 'server_error' } })),
    true,
  )
  expect(error).toBeInstanceOf(APIError)
  expect(error).toMatchObject({ code: 'server_error' })
})

test('a cut after content is a StreamError whose cause is the connection', async () => {
  const error = await failureOf((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'a' })), () => response.destroy())
  }, true)
  expect(error).toBeInstanceOf(StreamError)
  expect(error).toMatchObject({ retryable: true, cause: expect.any(APIConnectionError) })
})

test('a cut after the finish is no loss', async () => {
  const error = await failureOf((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'a' }, 'stop')), () => response.destroy())
  }, true)
  expect(error).toBeUndefined()
})

test('a whole body whose message stands under `delta` loses nothing either', async () => {
  const body = {
    id: 'x',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'all of it' }, finish_reason: 'stop' }],
  }
  await using server = await loopback(json(200, body))
  await using client = new Transport({ baseURL: server.url })
  const chunks: Chunk[] = []
  for await (const chunk of await client.create({ ...params, stream: true })) chunks.push(chunk)
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content)).toEqual(['all of it'])
})

test('a whole completion in reply to a streaming request becomes one chunk', async () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
  const whole = {
    ...hello,
    choices: [{ ...choice, message: { role: 'assistant', content: null, tool_calls: [call] } }],
  }
  await using server = await loopback(json(200, whole))
  await using client = new Transport({ baseURL: server.url })
  const chunks: unknown[] = []
  for await (const chunk of await client.create({ ...params, stream: true })) chunks.push(chunk)
  const wanted = { role: 'assistant', content: null, tool_calls: [{ index: 0, ...call }] }
  expect(chunks).toEqual([
    { ...hello, object: 'chat.completion.chunk', choices: [{ index: 0, delta: wanted, finish_reason: 'stop' }] },
  ])
})

test('an error quotes at most 4 KiB of a body', async () => {
  const long = 'é'.repeat(100_000)
  for (const body of [long, { error: { message: long } }, { error: { nothing: long } }, `<html>${long}`]) {
    for (const status of [200, 400]) {
      const error = await failureOf(json(status, body))
      expect(Buffer.byteLength(String(error))).toBeLessThan(4096 + 300)
    }
  }
})
