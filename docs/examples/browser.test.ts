import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, memoryLog, readSse, type RunEvent, tool, toResponse, toStartedResponse } from 'toolloop'
import { nodeHandler } from 'toolloop/ui'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'

const model = scriptedModel([call('find', { secret: 's3cret' }), text('Found it.')])
const find = tool({ name: 'find', parameters: z.object({ secret: z.string() }), execute: () => 'under the mat' })
const assistant = agent({ name: 'assistant', model, tools: [find] })

test('to a browser and back', async () => {
  // #region server
  const shown: ReadonlySet<RunEvent['type']> = new Set([
    'content.delta',
    'step.reset',
    'tool.start',
    'tool.done',
    'run.done',
  ])

  async function handle(request: Request): Promise<Response> {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const { question } = (await request.json()) as { question: string }
    const stream = assistant.stream(question, { signal: request.signal })
    return toResponse(stream, {
      redact: (event) => {
        if (!shown.has(event.type)) return undefined
        if (event.type === 'tool.start' || event.type === 'tool.done') return { type: event.type, name: event.name }
        return event
      },
    })
  }
  // #endregion

  const fetch = (path: string, init?: RequestInit) => handle(new Request(`http://localhost${path}`, init))
  const shownText: string[] = []
  // #region browser
  const response = await fetch('/ask', { method: 'POST', body: JSON.stringify({ question: 'Where?' }) })
  for await (const event of readSse<RunEvent>(response)) {
    if (event.type === 'content.delta') shownText.push(event.delta)
    if (event.type === 'step.reset') shownText.length = 0 // the step is retried: discard its text
    if (event.type === 'tool.start') shownText.push(`[${event.name}] `)
  }
  // #endregion
  expect(shownText.join('')).toBe('[find] Found it.')
  expect((await fetch('/ask')).status).toBe(405)
  expect(model.requests).toHaveLength(2) // the GET has started no run
})

test('nothing that was redacted leaves, and facts are numbered', async () => {
  const again = agent({ name: 'assistant', model: scriptedModel([text('Hi.')]) })
  const body = await toResponse(again.stream('Hello')).text()
  expect(body).toMatch(/^id: start\nretry: 86400000\n\nid: 0\ndata: {"seq":0,/)
  expect(body.trimEnd()).toMatch(/event: done\ndata: \[DONE\]$/)
})

test('with node:http', async () => {
  const greeter = agent({ name: 'greeter', model: scriptedModel([text('Hi.')]) })
  // #region node
  const server = createServer(nodeHandler((request) => toResponse(greeter.stream('Hello'), { request })))
  // #endregion
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const events: string[] = []
  for await (const event of readSse<RunEvent>(
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  ))
    if (event.type === 'run.done') events.push(JSON.stringify(event.outcome))
  await new Promise((resolve) => server.close(resolve))
  expect(events).toEqual(['{"status":"done","text":"Hi."}'])
})

test('an error before the first event is a status', async () => {
  const greeter = agent({ name: 'greeter', model: scriptedModel([text('Hi.')]) })
  const log = memoryLog()
  await agent({ name: 'other', model: scriptedModel([text('Hi.')]) }).run('Hello', { log })
  // #region started
  const response = await toStartedResponse(greeter.stream('Hello', { log }))
  // #endregion
  expect(response.status).toBe(400)
})
