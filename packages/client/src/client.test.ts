import { inspect } from 'node:util'
import { failure, scriptedServer, strictServer, text, type ScriptedServer } from '@toolloop/testing'
import { APIError, AuthenticationError, BadRequestError, NotFoundError, responseOf } from '@toolloop/transport'
import { UsageError, type Chunk, type Completion, type CompletionParams } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { Client, defaultClient } from './index.ts'

const messages = [{ role: 'user' as const, content: 'Hi' }]

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

const bodyOf = (server: ScriptedServer, at = 0): unknown => server.requests[at]?.body

describe('a client', () => {
  it('has its completions in both places', () => {
    const client = new Client({ apiKey: 'k' })
    expect(client.beta.chat.completions).toBe(client.chat.completions)
    expect(Object.keys(client.chat.completions).toSorted()).toEqual([
      'create',
      'delete',
      'list',
      'messages',
      'parse',
      'retrieve',
      'stream',
      'update',
    ])
    expect(Object.isFrozen(client.chat.completions)).toBe(true)
  })

  it('opens and reads nothing when it is made', () => {
    expect(() => new Client()).not.toThrow()
  })

  it('has methods that work on their own', async () => {
    await using server = await scriptedServer([text('one'), text('two')])
    await using client = new Client({ baseURL: server.url })
    // oxlint-disable-next-line typescript/unbound-method -- that is the point
    const { create, parse } = client.chat.completions
    expect((await create({ model: 'm', messages })).choices[0]!.message.content).toBe('one')
    expect((await parse({ model: 'm', messages })).choices[0]!.message.content).toBe('two')
  })

  it.each<[string, CompletionParams & { readonly top_k?: number }]>([
    ['nothing else', { model: 'm', messages }],
    [
      'every field, known or not',
      {
        model: 'm',
        messages: [{ role: 'assistant', content: null, reasoning_content: '…', prefix: true } as never],
        max_completion_tokens: 5,
        parallel_tool_calls: false,
        store: null,
        top_k: 40,
      },
    ],
  ])('creates with exactly what it is given: %s', async (_, params) => {
    await using server = await scriptedServer([text('hi')])
    await using client = new Client({ baseURL: server.url, profile: 'mistral' })
    await client.chat.completions.create(params)
    expect(bodyOf(server)).toEqual(params)
  })

  it('creates streams of chunks, without asking for anything', async () => {
    await using server = await scriptedServer([text('Hello there.')])
    await using client = new Client({ baseURL: server.url })
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true })
    const chunks: Chunk[] = await collect(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello there.')
    expect(bodyOf(server)).toEqual({ model: 'm', messages, stream: true })
    expect(stream.response.status).toBe(200)
  })

  it('can be had with other options', async () => {
    await using server = await scriptedServer([text('one'), text('two')])
    await using client = new Client({ baseURL: server.url, apiKey: 'first', headers: { 'x-a': '1' } })
    await using other = client.with({ apiKey: 'second' })
    await client.chat.completions.create({ model: 'm', messages })
    await other.chat.completions.create({ model: 'm', messages })
    expect(server.requests.map(({ headers }) => [headers['authorization'], headers['x-a']])).toEqual([
      ['Bearer first', '1'],
      ['Bearer second', '1'],
    ])
    expect(other.baseURL).toBe(client.baseURL)
  })

  it('is closed for good, with what runs', async () => {
    await using server = await scriptedServer([text('word '.repeat(5000), { delay: 1 })])
    const client = new Client({ baseURL: server.url })
    const stream = client.chat.completions.stream({ model: 'm', messages })
    const final = stream.final()
    await new Promise((resolve) => stream.on('content.delta', resolve))
    await client.close()
    await expect(final).rejects.toThrow(/closed/)
    await expect(client.chat.completions.create({ model: 'm', messages })).rejects.toThrow(UsageError)
    await expect.poll(() => server.requests[0]!.aborted).toBe(true)
  })

  it.each([
    [400, BadRequestError],
    [401, AuthenticationError],
    [404, NotFoundError],
  ])('throws the error of the status %i, whichever way it is asked', async (status, type) => {
    await using server = await scriptedServer([failure(status), failure(status), failure(status)])
    await using client = new Client({ baseURL: server.url })
    const { completions } = client.chat
    await expect(completions.create({ model: 'm', messages })).rejects.toThrow(type)
    await expect(completions.parse({ model: 'm', messages })).rejects.toThrow(type)
    await expect(completions.stream({ model: 'm', messages }).final()).rejects.toThrow(APIError)
  })

  it('shows its key to nobody', async () => {
    const apiKey = 'sk-1234567890-secret'
    await using server = await scriptedServer([failure(400, { error: { message: `What is ${apiKey}?` } })])
    await using client = new Client({ baseURL: server.url, apiKey })
    const stream = client.chat.completions.stream({ model: 'm', messages })
    const error = await stream.final().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadRequestError)
    for (const value of [client, stream, error])
      expect(inspect(value, { depth: 20, showHidden: true, getters: true })).not.toContain('secret')
  })

  it('is one by default, from the environment', () => {
    expect(defaultClient()).toBe(defaultClient())
  })
})

async function withStored<T>(use: (client: Client, stored: Completion[], server: ScriptedServer) => Promise<T>) {
  await using server = await strictServer(() => text('Hi.'))
  await using client = new Client({ baseURL: server.url })
  const stored: Completion[] = []
  for (const turn of ['1', '2', '3'])
    stored.push(await client.chat.completions.create({ model: 'm', messages, store: true, metadata: { turn } }))
  return await use(client, stored, server)
}

describe('stored completions', () => {
  it('are retrieved, changed and deleted', () =>
    withStored(async ({ chat: { completions } }, [first]) => {
      const { id } = first!
      const retrieved = await completions.retrieve(id)
      expect(retrieved).toMatchObject({ id, metadata: { turn: '1' }, choices: first!.choices })
      expect(responseOf(retrieved)?.status).toBe(200)
      expect(await completions.update(id, { metadata: { turn: 'one' } })).toMatchObject({ metadata: { turn: 'one' } })
      expect(await completions.delete(id)).toMatchObject({ id, deleted: true })
      await expect(completions.retrieve(id)).rejects.toThrow(NotFoundError)
    }))

  it('are listed a page at a time, and through all pages', () =>
    withStored(async ({ chat: { completions } }, stored) => {
      const ids = stored.map(({ id }) => id)
      const page = await completions.list({ limit: 2 })
      expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2))
      expect(page.has_more).toBe(true)
      expect((await page.nextPage())?.data.map(({ id }) => id)).toEqual(ids.slice(2))
      expect((await collect(page)).map(({ id }) => id)).toEqual(ids)
      const newest = await completions.list({ limit: 1, order: 'desc' })
      expect((await collect(newest)).map(({ id }) => id)).toEqual(ids.toReversed())
      expect((await completions.list({ metadata: { turn: '2' } })).data.map(({ id }) => id)).toEqual([ids[1]])
    }))

  it('know the messages of their requests', () =>
    withStored(async ({ chat: { completions } }, [first]) => {
      const page = await completions.messages.list(first!.id)
      expect(page.data).toMatchObject([{ role: 'user', content: 'Hi' }])
    }))

  it.each(['', '.', '..'])('have no id like %j', (id) =>
    withStored(async ({ chat: { completions } }, _, server) => {
      const before = server.requests.length
      await expect((async () => completions.retrieve(id))()).rejects.toThrow(UsageError)
      expect(server.requests).toHaveLength(before)
    }),
  )
})
