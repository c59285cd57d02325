// What a server sends beside the answer is not part of the message. The step names it, so that it does not vanish.
import { createServer } from 'node:http'
import { Client } from '@toolloop/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agent, memoryLog, readRun } from '../index.ts'

interface Sent {
  readonly index: number
  readonly content: unknown
}

/** The choices, as one body or as one chunk each. `cut`: the stream ends before its finish. */
function answer(wire: 'plain' | 'stream', choices: readonly Sent[], usage: object | undefined, cut: boolean): string {
  const envelope = { id: 'c', object: 'chat.completion', created: 1, model: 'm' }
  if (wire === 'plain') {
    const whole = choices.map(({ index, content }) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: 'stop',
    }))
    return JSON.stringify({ ...envelope, choices: whole, usage })
  }
  const parts = choices.map(({ index, content }) => ({
    ...envelope,
    choices: [{ index, delta: { content }, finish_reason: null }],
  }))
  const ends = choices.map(({ index }) => ({ ...envelope, choices: [{ index, delta: {}, finish_reason: 'stop' }] }))
  const last = usage ? [{ ...envelope, choices: [], usage }] : []
  const events = [...parts, ...(cut ? [] : [...ends, ...last, '[DONE]'])]
  return events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
}

const text = 'The answer.'
const image = [
  { type: 'text', text },
  { type: 'image_url', image_url: { url: 'data:,' } },
]
const cases: [title: string, choices: Sent[], usage: object | undefined, ignored: string[] | undefined][] = [
  ['nothing else', [{ index: 0, content: text }], undefined, undefined],
  [
    'a choice that was not requested',
    [
      { index: 0, content: text },
      { index: 1, content: 'Another answer.' },
    ],
    undefined,
    ['choices[1]'],
  ],
  ['a content part that is no text', [{ index: 0, content: image }], undefined, [expect.stringContaining('image_url')]],
  [
    'an invalid token count',
    [{ index: 0, content: text }],
    { prompt_tokens: -1, completion_tokens: 1, total_tokens: 1 },
    ['usage.prompt_tokens'],
  ],
]

let sent = ''
let client: Client
const server = createServer((request, response) => {
  const type = sent.startsWith('data:') ? 'text/event-stream' : 'application/json'
  request.resume().on('end', () => response.setHeader('content-type', type).end(sent))
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  client = new Client({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k' })
})
afterAll(async () => {
  await client.close()
  server.close()
})

describe.each(['plain', 'stream'] as const)('a step whose answer (%s) comes with', (wire) => {
  describe.each(['run', 'stream'] as const)('read by %s', (verb) => {
    test.each(cases)('%s', async (_title, choices, usage, ignored) => {
      sent = answer(wire, choices, usage, false)
      const log = memoryLog()
      const reader = agent({ name: 'reader', model: 'm', client, wire })
      const stream = verb === 'stream' ? reader.stream('Hello', { log }) : undefined
      if (stream) for await (const event of stream) void event
      const result = await (stream ? stream.result : reader.run('Hello', { log }))
      const found = result.steps.map((step) => [step.message.content, step.ignored])
      expect(found).toEqual([[text, ignored]])
      const reread = await readRun(memoryLog(JSON.parse(JSON.stringify(await log.load()))))
      expect(reread.state.steps).toEqual(result.steps)
    })
  })
})

test('a step whose stream is cut names what was left out before', async () => {
  sent = answer('stream', cases[1]![1], undefined, true)
  const { status, steps } = await agent({ name: 'reader', model: 'm', client, wire: 'stream', stepRetries: 0 }).run(
    'Hi',
  )
  expect([status, steps.map((step) => [step.message.content, step.ignored])]).toEqual([
    'error',
    [[text, ['choices[1]']]],
  ])
})
