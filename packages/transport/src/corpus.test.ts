// Recorded answers of many servers: streams decoded as they came, everything else replayed over a loopback server.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Choice, Chunk, Completion, CompletionParams } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { APIError, readChunks, Transport } from './index.ts'
import { errorClassOf, requestIdOf } from './errors/classes.ts'
import { loopback, params } from './test/loopback.ts'

const corpus = process.env['TOOLLOOP_CORPUS'] ?? ''
if (corpus === '') console.log('TOOLLOOP_CORPUS is not set: the recorded answers are not checked')

interface Meta {
  readonly kind: 'stream' | 'json' | 'error' | 'stored'
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
}

interface Expected {
  readonly chunks: number
  readonly error: Record<string, unknown> | null
}

const cases = corpus === '' ? [] : readdirSync(corpus).filter((name) => existsSync(join(corpus, name, 'meta.json')))
const ofKind = (kind: Meta['kind']): string[] => cases.filter((name) => parsed<Meta>(name, 'meta.json').kind === kind)

test.skipIf(corpus === '')('TOOLLOOP_CORPUS names a folder of recordings', () => {
  for (const kind of ['stream', 'json', 'error', 'stored'] as const) expect(ofKind(kind).length).toBeGreaterThan(0)
})

describe.skipIf(corpus === '')('recorded answers', () => {
  test.each(ofKind('stream'))('%s yields every chunk', async (name) => {
    const expected = parsed<Expected>(name, 'expected.json')
    const { chunks, error } = await decode(file(name, 'response.sse'))
    // An error that stands alone ends the stream and is no chunk; beside choices it stands in the last chunk.
    const beside = chunks.some((chunk) => 'error' in chunk || chunk.choices.some((choice) => 'error' in choice))
    const body = error instanceof APIError ? inner(error) : error
    expect({ chunks: chunks.length, error: body }).toEqual({
      chunks: expected.chunks - (expected.error !== null && !beside ? 1 : 0),
      error: expected.error ?? undefined,
    })
  })

  test.each(ofKind('json'))('%s comes as it was sent, with a message in each choice', async (name) => {
    await using server = await replay(name)
    await using client = new Transport({ baseURL: server.url })
    expect(parsed<Expected>(name, 'expected.json').error).toBeNull()
    const sent = parsed<Completion>(name, 'response.json')
    for (const choice of sent.choices as (Choice & { delta?: Choice['message'] })[]) {
      if (choice.message) continue
      choice.message = { ...choice.delta, role: 'assistant', content: choice.delta?.content || null }
      delete choice.delta
    }
    expect(await client.create(requestOf(name))).toEqual(sent)
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(requestOf(name))
  })

  test.each(ofKind('error'))('%s is a typed error with its message', async (name) => {
    const { status } = parsed<{ status: number }>(name, 'headers.json')
    await using server = await replay(name)
    await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
    for (const stream of [false, true]) {
      const error = await Promise.resolve(client.create({ ...params, stream })).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(errorClassOf(status))
      const { error: body } = error as APIError
      expect(wordsIn(body)).not.toBe('')
      expect(body).toEqual(parsed(name, responseFile(name)))
      expect((error as APIError).message.replaceAll(/\s+/g, ' ')).toContain(
        wordsIn(body).replaceAll(/\s+/g, ' ').trim(),
      )
      expect(error).toMatchObject({ status, request_id: requestIdOf(new Headers(headersOf(name))), ...fieldsIn(body) })
    }
  })

  test.each(ofKind('stored'))('%s, of stored completions, comes as it was sent', async (name) => {
    const { method, url } = parsed<Meta>(name, 'meta.json')
    await using server = await replay(name)
    await using client = new Transport({ baseURL: server.url })
    const { pathname, search, searchParams } = new URL(url)
    const [, id, part] = /\/chat\/completions(?:\/([^/]+))?(?:\/(messages))?$/.exec(pathname) ?? []
    const answer = await route(client, method, id, part, Object.fromEntries(searchParams), name)
    expect(JSON.parse(JSON.stringify(answer))).toEqual(parsed(name, 'response.json'))
    expect(server.requests[0]).toMatchObject({ method, url: pathname + search })
  })
})

async function decode(bytes: Uint8Array): Promise<{ chunks: Chunk[]; error: unknown }> {
  const chunks: Chunk[] = []
  try {
    for await (const batch of readChunks(parts(bytes))) chunks.push(...batch)
    return { chunks, error: undefined }
  } catch (error) {
    return { chunks, error }
  }
}

async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000)
}

function replay(name: string): ReturnType<typeof loopback> {
  const { status } = parsed<{ status: number }>(name, 'headers.json')
  return loopback((response) => void response.writeHead(status, headersOf(name)).end(file(name, responseFile(name))))
}

function route(
  client: Transport,
  method: Meta['method'],
  id: string | undefined,
  part: string | undefined,
  query: Record<string, string>,
  name: string,
): Promise<object> {
  if (id === undefined) return client.list(query)
  if (part !== undefined) return client.messages.list(id, query)
  if (method === 'DELETE') return client.delete(id)
  return method === 'GET' ? client.retrieve(id) : client.update(id, parsed(name, 'request.json'))
}

/** The recorded request, streamed or not; where none was recorded, any. */
function requestOf(name: string): CompletionParams & { stream: false } {
  const request = existsSync(join(corpus, name, 'request.json'))
    ? parsed<CompletionParams>(name, 'request.json')
    : params
  return { ...request, stream: false }
}

/** What describes the recorded bytes on the wire, and not the message, is left out. */
function headersOf(name: string): Record<string, string> {
  const { headers } = parsed<{ headers: Record<string, string> }>(name, 'headers.json')
  const wire = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'connection', 'date', 'retry-after'])
  return Object.fromEntries(Object.entries(headers).filter(([key]) => !wire.has(key)))
}

function inner(error: APIError): unknown {
  return (error.error as { error?: unknown }).error ?? error.error
}

function fieldsIn(body: unknown): object {
  const flat = body as Record<string, unknown>
  const fields = (typeof flat['error'] === 'object' ? flat['error'] : flat) as Record<string, unknown>
  return {
    code: `${(fields['code'] ?? 'api') as string | number}`,
    type: fields['type'] ?? undefined,
    param: fields['param'] ?? undefined,
  }
}

function wordsIn(body: unknown): string {
  const { error, message } = body as { error?: string | { message: string }; message?: string }
  return typeof error === 'string' ? error : (error?.message ?? message ?? '')
}

function responseFile(name: string): string {
  return readdirSync(join(corpus, name)).find((entry) => entry.startsWith('response.')) ?? ''
}

function file(name: string, entry: string): Buffer {
  return readFileSync(join(corpus, name, entry))
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type of what is recorded
function parsed<T>(name: string, entry: string): T {
  return JSON.parse(file(name, entry).toString()) as T
}
