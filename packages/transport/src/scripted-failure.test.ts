import {
  calls,
  chunks,
  completion,
  failure,
  fault,
  scriptedModel,
  scriptedServer,
  text,
  type Reply,
} from '@toolloop/testing'
import { StreamError, ToolloopError, type ChatModel, type Chunk } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
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

// A test of an agent may play its script in process or over HTTP; what it catches is the same.

const request = { messages: [{ role: 'user' as const, content: 'hello' }] }
const classes = [
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  StreamError,
  ToolloopError,
  UnprocessableEntityError,
]

/** The classes an error belongs to, by name. */
function kindsOf(error: unknown): string[] {
  return classes.filter((type) => error instanceof type).map((type) => type.name)
}

/** The chunks that said something, and how the stream ended. */
async function streamed(model: ChatModel, n = 1): Promise<{ said: Chunk[]; end: string[] }> {
  const said: Chunk[] = []
  try {
    for await (const batch of model.stream?.({ ...request, n }, {}) ?? [])
      for (const chunk of Array.isArray(batch) ? batch : [batch]) said.push(chunk)
    return { said, end: [] }
  } catch (error) {
    // A role that nothing followed may be held back or not.
    return { said: said.length === 1 ? [] : said, end: kindsOf(error) }
  }
}

async function plain(model: ChatModel): Promise<unknown> {
  try {
    return await model.create?.(request, {})
  } catch (error) {
    return kindsOf(error)
  }
}

async function overHttp<T>(step: Reply, ask: (model: ChatModel) => Promise<T>): Promise<T> {
  await using server = await scriptedServer([step])
  await using transport = new Transport({ baseURL: server.url, apiKey: 'key', maxRetries: 0 })
  return await ask(chatModel(transport, 'm'))
}

const inProcess = (step: Reply): ChatModel => scriptedModel([step], { name: 'm' })

describe('a script fails alike in process and over HTTP', () => {
  const hello = text('hello', { deltaSize: 2 })
  test.each<[string, Reply]>([
    ...[400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 503].map((status): [string, Reply] => [
      `${status}`,
      failure(status),
    ]),
    ['a failure in HTML', failure(502, '<html>Bad gateway</html>')],
    ['a reset', fault.reset(hello)],
    ['a cut in the first chunk', fault.cutAt(hello, 20)],
    ['a cut after the headers', fault.cutAt(hello, 0)],
    ['a body that ends early', fault.contentLength(hello, 10)],
    ['a body that is no JSON', fault.malformed(hello)],
    ['an error for an answer', fault.error(hello, -1)],
    ['an error behind the first words', fault.error(hello, 2)],
    ['a chunk that is no JSON', fault.malformed(text('hello'), 0)],
    ['a duplicate', fault.duplicate(hello)],
    ['no [DONE]', fault.withoutDone(hello)],
  ])('%s', async (_name, step) => {
    const { said, end } = await streamed(inProcess(step))
    expect(await overHttp(step, streamed)).toEqual({ said, end })
    expect(await overHttp(step, plain)).toEqual(await plain(inProcess(step)))
  })

  test('a stream cut at any byte hands out the same chunks, and ends the same way', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const step = calls([{ name: 'f', args: { a: 'é😀' } }], { content: 'hé', deltaSize: 4, usage })
    await using server = await scriptedServer((_request, index) => ({ ...fault.cutAt(step, index * 3), model: 'm' }))
    await using transport = new Transport({ baseURL: server.url, apiKey: 'key', maxRetries: 0 })
    const model = scriptedModel((_request, index) => fault.cutAt(step, index * 3), { name: 'm' })
    for (let at = 0; at < 2300; at += 3)
      expect(await streamed(chatModel(transport, 'm')), `cut at ${at}`).toEqual(await streamed(model))
  })

  test.each([1, 2])('choices that are missing or half make a cut of what ends (n: %i)', async (n) => {
    const said = (index: number, finish: 'stop' | null): Chunk => ({
      id: 'x',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index, delta: { content: 'a' }, finish_reason: finish }],
    })
    const endings = [
      (step: Reply) => fault.withoutDone(step),
      (step: Reply) => fault.cutAt(fault.withoutDone(step), 10_000),
    ]
    const lists = [[said(0, 'stop')], [said(0, 'stop'), said(1, null)], [said(0, 'stop'), said(1, 'stop')]]
    for (const end of endings)
      for (const list of lists) {
        const step = end(chunks(list))
        const ask = (model: ChatModel): Promise<unknown> => streamed(model, n)
        expect(await overHttp(step, ask)).toEqual(await ask(inProcess(step)))
      }
  })

  test.each<[string, Reply]>([
    ['chunks for a plain request', chunks([])],
    ['a fault of a chunk there is not', fault.duplicate(text('hello'), 99)],
  ])('%s is an error of the script', async (_name, step) => {
    expect(await plain(inProcess(step))).toContain('ToolloopError')
    expect(await overHttp(step, plain).catch(kindsOf)).toContain('ToolloopError')
  })

  test('HTML for a stream is an APIError', async () => {
    const { end } = await streamed(inProcess(completion('<html>')))
    expect(end).toEqual(['APIError', 'ToolloopError'])
    expect((await overHttp(completion('<html>'), streamed)).end).toEqual(end)
  })
})

test('an abort in process is the transport’s', async () => {
  const signal = AbortSignal.abort()
  const error: unknown = await scriptedModel([])
    .create(request, { signal })
    .catch((reason: unknown) => reason)
  expect(kindsOf(error)).toEqual(['APIUserAbortError', 'ToolloopError'])
})
