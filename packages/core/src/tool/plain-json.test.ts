// A log holds plain JSON, whatever tools and models of this process say; so does the conversation, which goes on.
import { tool, toolResult } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import type { ChatModel, Chunk, Completion, Message } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, user } from '../index.ts'

/** Values that JSON cannot represent, or represents in another form. */
const odd: [string, unknown][] = Object.entries({
  date: new Date(0),
  'number that is none': NaN,
  'number without end': Infinity,
  'list of bytes': new Uint8Array([1]),
  address: new URL('https://example.com/'),
  map: new Map([['a', 1]]),
  bigint: 1n,
  'nothing at all': undefined,
  function: () => 1,
  symbol: Symbol('s'),
})

const outputs: [string, unknown][] = odd.flatMap(([name, value]): [string, unknown][] => [
  [`a text part with a ${name}`, [{ type: 'text', text: 'x', odd: value }]],
  [`an image with a ${name}`, [{ type: 'image_url', image_url: { url: 'https://example.com/x.png', odd: value } }]],
  [`data with a ${name}`, { odd: value }],
  [`details with a ${name}`, toolResult({ model: 'x', details: { odd: value } })],
])

function expectPlain(facts: readonly Fact[]): void {
  expect(JSON.parse(JSON.stringify(facts))).toStrictEqual(facts)
}

describe('a log holds plain JSON, and its conversation goes on', () => {
  it.each(outputs)('where a tool returns %s', async (_what, output) => {
    const log = memoryLog()
    const tools = [tool({ name: 'odd', parameters: z.object({}), execute: () => output })]
    const result = await agent({ name: 'a', model: scriptedModel([call('odd'), text('ok')]), tools }).run('go', { log })
    expect(result.status).toBe('done')
    expectPlain(log.facts)
    const saved = JSON.parse(JSON.stringify(result.messages)) as Message[]
    for (const messages of [result.messages, saved]) {
      const next = await agent({ name: 'a', model: scriptedModel([text('on')]), tools }).run([
        ...messages,
        user('next'),
      ])
      expect(next.status).toBe('done')
    }
  })

  it.each(odd)('where a model says a %s', async (_what, value) => {
    const message = { role: 'assistant', content: 'hi', odd: value, reasoning_details: [{ type: 'x', odd: value }] }
    const answer = { id: 'x', object: 'chat.completion', created: 1, model: 'own', odd: value, usage: { odd: value } }
    const model: ChatModel = {
      name: 'own',
      create: async () =>
        ({ ...answer, choices: [{ index: 0, message, finish_reason: 'stop' }] }) as unknown as Completion,
      async *stream() {
        yield { ...answer, choices: [{ index: 0, delta: message, finish_reason: 'stop' }] } as unknown as Chunk
      },
    }
    for (const wire of ['stream', 'plain'] as const) {
      const log = memoryLog()
      const result = await agent({ name: 'a', model, wire }).run('go', { log })
      expect(result).toMatchObject({ status: 'done', output: 'hi' })
      expectPlain(log.facts)
      expect(await agent({ name: 'a', model, wire }).run([...result.messages, user('next')])).toMatchObject({
        output: 'hi',
      })
    }
  })
})
