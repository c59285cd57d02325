import { failure, fault, ScriptedFailure, scriptedModel, scriptedServer, text, type Reply } from '@toolloop/testing'
import { StreamError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  chatModel,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  Transport,
  UnprocessableEntityError,
} from './index.ts'

const request = { messages: [{ role: 'user' as const, content: 'hello' }] }

async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => undefined,
    (error: unknown) => error,
  )
}

// A test of an agent may play its script in process or over HTTP: what is caught is of the same class.
test.each<[string, Reply, readonly (abstract new (...args: never) => Error)[]]>([
  ['400', failure(400), [APIError, BadRequestError]],
  ['401', failure(401), [APIError, AuthenticationError]],
  ['403', failure(403), [APIError, PermissionDeniedError]],
  ['404', failure(404), [APIError, NotFoundError]],
  ['409', failure(409), [APIError, ConflictError]],
  ['422', failure(422), [APIError, UnprocessableEntityError]],
  ['429', failure(429), [APIError, RateLimitError]],
  ['500', failure(500), [APIError, InternalServerError]],
  ['503', failure(503), [APIError, InternalServerError]],
  ['a reset', fault.reset(text('hello')), [APIConnectionError]],
])('%s fails alike in process and over HTTP', async (_name, step, classes) => {
  const inProcess = await thrownBy(() => scriptedModel([step]).create(request))
  await using server = await scriptedServer([step])
  await using transport = new Transport({ baseURL: server.url, apiKey: 'key', maxRetries: 0 })
  const overHttp = await thrownBy(async () => chatModel(transport, 'm').create?.(request, {}))
  for (const type of classes) {
    expect(inProcess).toBeInstanceOf(type)
    expect(overHttp).toBeInstanceOf(type)
  }
})

test('a 429 is no other class', async () => {
  const error = await thrownBy(() => scriptedModel([failure(429)]).create(request))
  expect(error).toBeInstanceOf(ScriptedFailure)
  expect(error).not.toBeInstanceOf(InternalServerError)
  expect(error).not.toBeInstanceOf(StreamError)
})

test('an abort in process is the transport’s', async () => {
  const signal = AbortSignal.abort()
  expect(await thrownBy(() => scriptedModel([]).create(request, { signal }))).toBeInstanceOf(APIUserAbortError)
})
