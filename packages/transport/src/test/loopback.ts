// A server on a loopback port. The test writes every response itself.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Loopback extends AsyncDisposable {
  readonly url: string
  readonly requests: Seen[]
  readonly open: () => number
}

export type Answer = (response: ServerResponse, seen: Seen, index: number) => void | Promise<void>

/** Serves `answers` in order; the last one serves all further requests. */
export async function loopback(...answers: readonly Answer[]): Promise<Loopback> {
  const requests: Seen[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const seen: Seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
    }
    const index = requests.push(seen) - 1
    response.on('error', () => {})
    await answers[Math.min(index, answers.length - 1)]?.(response, seen, index)
  }
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  let sockets = 0
  server.on('connection', (socket) => {
    sockets++
    socket.on('close', () => sockets--)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    open: () => sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

export const sse =
  (...parts: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of parts) response.write(part)
    response.end()
  }

export const data = (...values: readonly unknown[]): string =>
  values.map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`).join('')

export const hello = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
}

export const delta = (fields: Record<string, unknown>, finish: string | null = null): unknown => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
})

export const params = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }

/** For `expect.poll`: a short delay can be long on a busy machine. */
export const patience = { timeout: 10_000, interval: 10 }
