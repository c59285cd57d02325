import { failure, scriptedServer, text } from '@toolloop/testing'
import { ToolloopError, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { Client, errorResponse, readSse, statusOf, toStartedResponse } from './index.ts'

const messages = [{ role: 'user' as const, content: 'Hi' }]

describe('toStartedResponse', () => {
  it('sends the stream from its first event on', async () => {
    await using server = await scriptedServer([text('Hello.')])
    await using client = new Client({ baseURL: server.url })
    const response = await toStartedResponse(client.chat.completions.stream({ model: 'm', messages }))
    expect(response.status).toBe(200)
    let said = ''
    for await (const event of readSse(response))
      if (event.type === 'content.delta') said += (event as { delta?: string }).delta
    expect(said).toBe('Hello.')
  })

  it.each([
    [401, 502],
    [429, 429],
    [500, 502],
  ])('an error %d of the server before the first event is a status %d, without its words', async (from, to) => {
    await using server = await scriptedServer(() => failure(from, { error: { message: 'secret-7 at 10.0.0.3' } }))
    await using client = new Client({ baseURL: server.url, maxRetries: 0 })
    const response = await toStartedResponse(client.chat.completions.stream({ model: 'm', messages }))
    expect(response.status).toBe(to)
    expect(response.headers.get('content-type')).toContain('application/json')
    const body = await response.text()
    expect(body).toContain('"error"')
    expect(body).not.toContain('secret-7')
  })

  it('waits for `started` where the source has it, and leaves the source alone when it fails', async () => {
    const started = Promise.reject(new UsageError('The log is of another run.'))
    started.catch(() => {})
    const source = { started, [Symbol.asyncIterator]: () => expect.unreachable() }
    const response = await toStartedResponse(source as never, { formatError: (error) => ({ message: String(error) }) })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { message: 'UsageError: The log is of another run.' } },
    ])
  })

  it('leaves the stream when the body is cancelled', async () => {
    const left = Promise.withResolvers<string>()
    async function* source(): AsyncGenerator<{ type: string }, void> {
      try {
        for (;;) yield { type: 'a' }
      } finally {
        left.resolve('left')
      }
    }
    await (await toStartedResponse(source())).body!.cancel()
    expect(await left.promise).toBe('left')
  })

  it('answers 204 to an EventSource that connects again', async () => {
    const request = new Request('http://a.example/', { headers: { 'last-event-id': '3' } })
    const source = { [Symbol.asyncIterator]: () => expect.unreachable() }
    expect((await toStartedResponse(source, { request })).status).toBe(204)
  })
})

describe('statusOf', () => {
  it.each<[unknown, number]>([
    [new UsageError('x'), 400],
    [new ToolloopError('approval', 'x'), 409],
    [new ToolloopError('log_owned', 'x'), 409],
    [new ToolloopError('limit', 'x'), 413],
    [new ToolloopError('timeout', 'x'), 504],
    [new ToolloopError('connection', 'x'), 502],
    [new Error('x'), 500],
    [undefined, 500],
    [null, 500],
  ])('%s → %d', (error, status) => expect(statusOf(error)).toBe(status))

  it('can be another function', () => {
    expect(errorResponse(new Error('x'), { errorStatus: () => 418, headers: { 'x-own': '1' } })).toMatchObject({
      status: 418,
    })
  })
})
