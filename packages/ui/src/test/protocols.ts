// One chat behind both protocols, on a server of node:http, for attacks that must fail in each of them.
import { agent, type AnyAgent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { memorySessions, type SessionStore } from '@toolloop/store'
import { type Script, scriptedModel } from '@toolloop/testing'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { z } from 'zod'
import { agUiChat, type ChatHandlers, type ChatOptions, nodeHandler, uiChat } from '../index.ts'

/** How a front end of a protocol says something. */
export interface Dialect {
  /** The handlers, at `/api/chat`. */
  readonly chat: (options: ChatOptions) => ChatHandlers
  /** A new message. */
  readonly ask: (id: string, text: string, messageId?: string) => object
  /** A new message with an image. */
  readonly image: (id: string, url: string) => object
  /** A decision on the pending request of the last run. */
  readonly decide: (handlers: ChatHandlers, id: string, approved: boolean, sessions: SessionStore) => Promise<object>
  /** The answer to a question of a tool, or the result of a call that the front end executes. */
  readonly answer: (handlers: ChatHandlers, id: string, value: unknown, sessions: SessionStore) => Promise<object>
}

const user = (text: string, id: string) => ({ id, role: 'user', parts: [{ type: 'text', text }] })
const input = (threadId: string, more: object) => ({
  threadId,
  runId: 'r1',
  state: {},
  messages: [],
  tools: [],
  context: [],
  ...more,
})

/** The last message of a chat, with its open request as `change` gives it. */
async function lastMessage(handlers: ChatHandlers, id: string, change: (part: Record<string, unknown>) => object) {
  const message = (await (handlers as ReturnType<typeof uiChat>).messages(id)).at(-1)!
  const parts = message.parts.map((part) => (part['state'] === 'output-available' ? part : change({ ...part })))
  return { ...message, parts }
}

export const dialects: Readonly<Record<'useChat' | 'AG-UI', Dialect>> = {
  useChat: {
    chat: (options) => uiChat({ ...options, path: '/api/chat' }),
    ask: (id, text, messageId = `m-${text.slice(0, 20)}`) => ({ id, messages: [user(text, messageId)] }),
    image: (id, url) => ({
      id,
      messages: [{ id: 'm-image', role: 'user', parts: [{ type: 'file', mediaType: 'image/png', url }] }],
    }),
    decide: async (handlers, id, approved) => ({
      id,
      messages: [
        await lastMessage(handlers, id, (part) =>
          part['approval']
            ? { ...part, state: 'approval-responded', approval: { ...part['approval'], approved } }
            : part,
        ),
      ],
    }),
    answer: async (handlers, id, output) => ({
      id,
      messages: [
        await lastMessage(handlers, id, (part) =>
          part['toolCallId'] ? { ...part, state: 'output-available', output } : part,
        ),
      ],
    }),
  },
  'AG-UI': {
    chat: (options) => agUiChat({ ...options, path: '/api/chat' }),
    ask: (id, text, messageId = `m-${text.slice(0, 20)}`) =>
      input(id, { messages: [{ id: messageId, role: 'user', content: text }] }),
    image: (id, value) =>
      input(id, {
        messages: [{ id: 'm-image', role: 'user', content: [{ type: 'image', source: { type: 'url', value } }] }],
      }),
    decide: async (_handlers, id, approved, sessions) =>
      input(id, {
        resume: (await sessions.open(id)).requests.map((one) => ({
          interruptId: one.id,
          status: 'resolved',
          payload: { approved },
        })),
      }),
    answer: async (_handlers, id, payload, sessions) =>
      input(id, {
        resume: (await sessions.open(id)).requests.map((one) => ({
          interruptId: one.id,
          status: 'resolved',
          payload,
        })),
      }),
  },
}

/** An agent with a tool that looks, one that pays after approval, one of the front end. */
export function cashier(script: Script) {
  const ran: string[] = []
  const model = scriptedModel(script, { deltaSize: 4 })
  const order = z.object({ order: z.number() })
  const note = (what: string) => (args: { order: number }) => (
    ran.push(`${what} ${args.order}`),
    `${what} ${args.order}.`
  )
  const look = tool({ name: 'look', parameters: order, effects: 'none', execute: note('look') })
  const refund = tool({ name: 'refund', parameters: order, needsApproval: true, execute: note('refund') })
  const locate = tool({ name: 'locate', parameters: z.object({}) })
  const clerk: AnyAgent = agent({ name: 'clerk', model, tools: [look, refund, locate] })
  return { clerk, model, ran }
}

export interface ServedChat {
  readonly handlers: ChatHandlers
  readonly sessions: SessionStore
  readonly url: string
  /** What the server reported. */
  readonly errors: unknown[]
  readonly post: (body: unknown, headers?: Record<string, string>) => Promise<Response>
  /** Sends raw bytes; resolves to the response so far, once it has a whole status and body, or the connection closes. */
  readonly raw: (text: string | Uint8Array) => Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Serves an agent by a protocol. */
export async function serve(
  dialect: Dialect,
  options: Pick<ChatOptions, 'agent'> & Partial<ChatOptions>,
  sessions: SessionStore = memorySessions(),
): Promise<ServedChat> {
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const handlers = dialect.chat({ access: () => true, authorize: () => true, sessions, onError, ...options })
  const server = createServer(nodeHandler(handlers.fetch, { onError })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/chat`
  return {
    handlers,
    sessions,
    url,
    errors,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    raw: (text) =>
      new Promise((resolve) => {
        let answer = ''
        const socket = connect(port, '127.0.0.1', () => void socket.end(text))
        socket.on('data', (data: Buffer) => (answer += data.toString()))
        socket.on('error', () => {}).on('close', () => resolve(answer))
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
