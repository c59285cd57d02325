// A browser's own EventSource against the handlers.
import { call, scriptedModel, text } from '@toolloop/testing'
import { existsSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { agent, tool, toResponse } from 'toolloop'
import { memorySessions } from 'toolloop/store'
import { nodeHandler, uiChat } from 'toolloop/ui'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const executablePath = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)

interface Seen {
  /** What listeners of `message` received. */
  readonly messages: string[]
  /** `EventSource.CLOSED` is 2. */
  readonly state: number
}

describe.runIf(executablePath)('an EventSource of Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  }, 120_000)
  afterAll(() => browser?.close())

  /** Reads a URL until the source is closed. `onMessage`: the page has received the first message. */
  async function read(
    handle: (request: Request, outgoing: ServerResponse) => Response | Promise<Response>,
    onMessage: () => void = () => {},
  ) {
    const server = createServer((incoming, outgoing) => {
      if (!incoming.url?.startsWith('/api/')) return void outgoing.end('<title>Test</title>') // also the browser's icon
      nodeHandler((request) => handle(request, outgoing))(incoming, outgoing)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const page: Page = await browser.newPage()
    try {
      await page.exposeFunction('received', onMessage)
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      return await page.evaluate(
        () =>
          new Promise<Seen>((resolve) => {
            const messages: string[] = []
            const source = new EventSource('/api/chat/c1/stream')
            source.addEventListener('message', ({ data }) => {
              messages.push(String(data))
              if (messages.length === 1 && 'received' in window) (window.received as () => void)()
            })
            source.addEventListener('error', () => {
              if (source.readyState === EventSource.CLOSED) resolve({ messages, state: source.readyState })
            })
          }),
      )
    } finally {
      await page.close()
      server.closeAllConnections()
      server.close()
    }
  }

  test('runs an agent once, and receives its events only', async () => {
    let runs = 0
    const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })
    const { messages, state } = await read((request) => {
      if (!request.headers.has('last-event-id')) runs++
      return toResponse(greeter.stream('Hi'), { request, retry: 1 })
    })
    expect(messages.map((data) => (JSON.parse(data) as { type: string }).type).at(-1)).toBe('run.done')
    expect([runs, state]).toEqual([1, 2])
  }, 60_000)

  test('reads a chat on behind its last event when the connection breaks, and the agent runs once', async () => {
    const model = scriptedModel([call('look', {}), text('Nine euros, as always.', { deltaSize: 2 })])
    const cameBack = Promise.withResolvers<string>()
    // Runs while the page is cut off.
    const look = tool({ name: 'look', execute: () => cameBack.promise })
    const chat = uiChat({
      agent: agent({ name: 'clerk', model, tools: [look] }),
      sessions: memorySessions(),
      access: () => true,
    })
    const body = { id: 'c1', messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Price?' }] }] }
    const asked = await chat.fetch(
      new Request('http://localhost/api/chat', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
    const whole = asked.text()
    const known: (string | null)[] = []
    let first: ServerResponse | undefined
    const { messages, state } = await read(
      (request, outgoing) => {
        first ??= outgoing
        known.push(request.headers.get('last-event-id'))
        if (known.length === 2) cameBack.resolve('nine')
        return chat.fetch(request)
      },
      () => void first?.destroy(),
    )
    const chunks = messages.map((data) => JSON.parse(data) as { type: string; delta?: string })
    expect(chunks.map(({ type }) => type).filter((type) => type === 'start' || type === 'finish')).toEqual([
      'start',
      'finish',
    ])
    expect(chunks.map(({ delta = '' }) => delta).join('')).toBe('Nine euros, as always.')
    expect(known).toEqual([null, expect.any(String), expect.stringMatching(/^end:/)])
    expect([state, model.requests.length]).toEqual([2, 2])
    expect(await whole).toContain('[DONE]') // which the source has received as no message
  }, 60_000)
})
