import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { gate, pipe, stage } from 'toolloop/pipeline'
import { memorySessions } from 'toolloop/store'
import { agUiChat, nodeHandler, uiChat, UiFold } from 'toolloop/ui'
import express from 'express'
import { Hono } from 'hono'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const refund = tool({
  name: 'refund',
  parameters: z.object({ order: z.number() }),
  needsApproval: true,
  execute: ({ order }) => `Refunded ${order}.`,
})
const model = scriptedModel(({ messages }) =>
  messages.at(-1)?.role === 'tool' ? text('Done.') : call('refund', { order: 7 }),
)
const clerk = agent({ name: 'clerk', model, tools: [refund] })
const sessions = memorySessions()
const userOf = (request: Request): { name: string; mayRefund: boolean } | undefined => {
  const name = request.headers.get('x-user')
  return name === null ? undefined : { name, mayRefund: name === 'boss' }
}
const owners = new Map([['c1', ['clerk', 'boss']]])

// #region chat
const chat = uiChat({
  agent: clerk,
  sessions, // or sqliteSessions('chats.sqlite')
  access: ({ chatId, request }) => owners.get(chatId)?.includes(userOf(request)?.name ?? '') ?? false,
  authorize: (approval, { request }) => approval.name === 'refund' && userOf(request)?.mayRefund === true,
})
// #endregion

const post = (path: string, body: object, user: string): Request =>
  new Request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user': user },
    body: JSON.stringify(body),
  })
const message = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Refund 7' }] }

test('a refund that the boss approves', async () => {
  const asked = await chat.fetch(post('/api/chat', { id: 'c1', messages: [message] }, 'clerk'))
  expect(asked.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
  expect(await asked.text()).toContain('"tool-approval-request"')
  const [, answer] = await chat.messages('c1')
  const parts = answer!.parts.map((part) =>
    part['approval']
      ? { ...part, state: 'approval-responded', approval: { ...part['approval'], approved: true } }
      : part,
  )
  const decision = { id: 'c1', messages: [{ ...answer, parts }] }
  expect((await chat.fetch(post('/api/chat', decision, 'clerk'))).status).toBe(403)
  expect((await chat.fetch(post('/api/chat', decision, 'stranger'))).status).toBe(404)
  expect(await (await chat.fetch(post('/api/chat', decision, 'boss'))).text()).toContain('Refunded 7.')
})

test('the page, the reconnect, the restart', async () => {
  // #region page
  const messages = await chat.messages('c1') // → useChat({ id: 'c1', messages, resume: true })
  // #endregion
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  const mayUse = (chatId: string, of: Request): boolean => owners.get(chatId)?.includes(userOf(of)?.name ?? '') ?? false
  // #region routes
  async function handle(asked: Request): Promise<Response> {
    const { pathname } = new URL(asked.url)
    if (pathname.startsWith('/api/chat')) return chat.fetch(asked)
    const [, chatId = ''] = /^\/messages\/([\w-]+)$/.exec(pathname) ?? []
    if (mayUse(chatId, asked)) return Response.json(await chat.messages(chatId)) // the page loads them first
    return new Response('Not found', { status: 404 })
  }
  // #endregion
  const load = (user: string): Promise<Response> =>
    handle(new Request('http://localhost/messages/c1', { headers: { 'x-user': user } }))
  expect(await (await load('clerk')).json()).toEqual(messages)
  expect((await load('stranger')).status).toBe(404)
  const request = new Request('http://localhost/api/chat/c1/stream', { headers: { 'x-user': 'clerk' } })
  expect((await chat.stream(request, 'c1')).status).toBe(200)
  const store = memorySessions()
  // #region restart
  for (const { id } of (await store.list({ status: 'interrupted' })).data)
    await chat.resume({ chatId: id, request: new Request('http://localhost/') })
  // #endregion
})

test('a pipeline answers', async () => {
  const writer = agent({ name: 'writer', model: scriptedModel([text('Tides follow the moon.')]) })
  // #region pipeline
  const newsroom = pipe(
    stage((topic: string) => `Write two lines about ${topic}.`, { name: 'brief' }),
    writer,
    gate(stage((draft: string) => `# ${draft}`, { name: 'publish' })),
  ).named('newsroom')
  const news = uiChat({ agent: newsroom, sessions, access: () => true })
  // #endregion
  const sent = await (await news.fetch(post('/api/chat', { id: 'n1', messages: [message] }, 'clerk'))).text()
  expect(sent).toContain('"toolName":"publish"')
  // #region speaks
  const live = uiChat({ agent: newsroom, sessions, access: () => true, speaks: (path) => path === 'writer' })
  // #endregion
  expect(await live.messages('n1')).toMatchObject([
    { role: 'user' },
    { parts: expect.arrayContaining([{ type: 'text', text: 'Tides follow the moon.', state: 'done' }]) },
  ])
})

test('AG-UI', async () => {
  // #region ag-ui
  const agUi = agUiChat({
    agent: clerk,
    sessions,
    access: ({ request }) => userOf(request) !== undefined,
    authorize: (_approval, { request }) => userOf(request)?.mayRefund === true,
    version: '0.0.59', // for CopilotKit and assistant-ui; the default is '1.0'
  })
  // #endregion
  const body = {
    threadId: 't1',
    runId: 'r1',
    state: {},
    tools: [],
    context: [],
    messages: [{ id: 'm1', role: 'user', content: 'Refund 7' }],
  }
  expect(await (await agUi.fetch(post('/api/ag-ui', body, 'clerk'))).text()).toContain('"type":"interrupt"')
})

test('any other transport', async () => {
  const sent: string[] = []
  const socket = { send: (data: string) => sent.push(data) }
  // #region fold
  const fold = new UiFold()
  for await (const event of clerk.stream('Refund 7'))
    if (event.type !== 'listener.error') for (const chunk of fold.push([event])) socket.send(JSON.stringify(chunk))
  // #endregion
  expect(sent.at(-1)).toContain('"finish"')
})

async function statusBehind(listener: RequestListener, path: string): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    headers: { 'x-user': 'clerk' },
  })
  await response.body?.cancel()
  server.closeAllConnections()
  server.close()
  return response.status
}

test('node:http', async () => {
  // #region node
  const server = createServer(nodeHandler((request) => chat.fetch(request)))
  // #endregion
  const [listener] = server.listeners('request') as [RequestListener]
  expect(await statusBehind(listener, '/api/chat/c1/stream')).toBe(200)
})

test('Express', async () => {
  // #region express
  const app = express()
  app.use(
    '/api/chat',
    nodeHandler((request) => chat.fetch(request)),
  )
  // #endregion
  expect(await statusBehind(app, '/api/chat/c1/stream')).toBe(200)
})

test('Hono', async () => {
  // #region hono
  const app = new Hono()
  app.all('/api/chat/*', (c) => chat.fetch(c.req.raw))
  app.post('/api/chat', (c) => chat.fetch(c.req.raw))
  // #endregion
  expect((await app.request('/api/chat/c1/stream', { headers: { 'x-user': 'clerk' } })).status).toBe(200)
})

/** What Next.js documents of a route's functions (App Router, `route.ts`); its package is not installed for a type. */
interface NextRequest extends Request {
  readonly cookies: object
  readonly nextUrl: URL
}
type NextRoute<Params> = (
  request: NextRequest,
  context: { params: Promise<Params> },
) => Response | void | Promise<Response | void>

test('Next.js', async () => {
  // #region next-post
  // app/api/chat/route.ts
  const POST = (request: Request): Promise<Response> => chat.post(request)
  // #endregion
  // #region next-stream
  // app/api/chat/[id]/stream/route.ts
  type Params = { params: Promise<{ id: string }> }
  const GET = async (request: Request, { params }: Params) => chat.stream(request, (await params).id)
  const DELETE = async (request: Request, { params }: Params) => chat.stop(request, (await params).id)
  // #endregion
  const params = Promise.resolve({ id: 'c1' })
  const request = new Request('http://localhost/', { headers: { 'x-user': 'clerk' } })
  expect((await GET(request, { params })).status).toBe(200)
  expect((await DELETE(request, { params })).status).toBe(204)
  expect((await POST(post('/', { id: 'c1', messages: [message] }, 'clerk'))).status).toBe(200)
  expectTypeOf(POST).toExtend<NextRoute<object>>()
  expectTypeOf(GET).toExtend<NextRoute<{ id: string }>>()
  expectTypeOf(DELETE).toExtend<NextRoute<{ id: string }>>()
  // The second argument of a route is no chat's id: it would be refused by Next's types, and here.
  expectTypeOf(chat.post).not.toExtend<NextRoute<object>>()
})

test('Next.js, by one route', async () => {
  // #region next-all
  // app/api/chat/[[...path]]/route.ts
  const { fetch: GET, fetch: POST, fetch: DELETE } = chat
  // #endregion
  const headers = { 'x-user': 'clerk' }
  const at = (method: string): Request => new Request('http://localhost/api/chat/c1/stream', { method, headers })
  expect((await GET(at('GET'))).status).toBe(200)
  expect((await DELETE(at('DELETE'))).status).toBe(204)
  expect((await POST(post('/api/chat', { id: 'c1', messages: [message] }, 'clerk'))).status).toBe(200)
  expectTypeOf(chat.fetch).toExtend<NextRoute<{ path?: string[] }>>()
})
