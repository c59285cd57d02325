// A slow consumer slows the socket: nothing piles up here, whatever the server sends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { Client } from '@toolloop/client'
import { tool } from '@toolloop/schema'
import { describe, expect, it } from 'vitest'
import { agent } from '../index.ts'

const deltas = 50_000
const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }], pad: 'x'.repeat(200) })}\n\n`

/** Sends a tool call, then text without end, as fast as the socket takes it. */
async function chattyServer() {
  let sent = 0
  let answers = 0
  async function* answer(): AsyncGenerator<string, void> {
    const counted = (text: string): string => {
      sent += text.length
      return text
    }
    if (answers++ > 0) return yield `${event({ content: 'done' }, 'stop')}data: [DONE]\n\n`
    yield counted(
      event({
        role: 'assistant',
        tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'work', arguments: '{}' } }],
      }),
    )
    for (let count = 0; count < deltas; count++) yield counted(event({ content: 'word ' }))
    yield `${event({}, 'tool_calls')}data: [DONE]\n\n`
  }
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    void pipeline(answer, response).catch(() => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    sent: () => sent,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a consumer that pauses', () => {
  it('stops the server, while a tool that was started finishes, and misses nothing', async () => {
    await using server = await chattyServer()
    await using client = new Client({ apiKey: 'test', baseURL: server.url })
    const finished = Promise.withResolvers<void>()
    const work = tool({
      name: 'work',
      effects: 'none',
      execute: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        finished.resolve()
        return 'ok'
      },
    })
    const stream = agent({ name: 'a', model: 'm', client, tools: [work] }).stream('go')
    const iterator = stream[Symbol.asyncIterator]()
    let words = 0
    const isWord = (seen: { type: string; delta?: unknown }): boolean =>
      seen.type === 'content.delta' && seen.delta === 'word '
    for (let next = await iterator.next(); !next.done && next.value.type !== 'tool.start'; next = await iterator.next())
      if (isWord(next.value)) words++

    await finished.promise
    let before = -1
    for (let now = server.sent(); now !== before; now = server.sent()) {
      before = now
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(before).toBeLessThan(0.5 * deltas * event({ content: 'word ' }).length)

    for (let next = await iterator.next(); !next.done; next = await iterator.next()) if (isWord(next.value)) words++
    expect(words).toBe(deltas)
    expect((await stream.result).status).toBe('done')
  }, 60_000)
})
