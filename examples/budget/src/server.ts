// A server whose model never stops: it ignores the limit of the request, and reports no usage.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunawayServer extends AsyncDisposable {
  readonly url: string
  /** The request's limit, and the bytes that were written when its connection closed. */
  readonly closed: Promise<{ readonly limit: number; readonly bytes: number }>
}

export async function runawayServer(): Promise<RunawayServer> {
  const { promise: closed, resolve } = Promise.withResolvers<{ limit: number; bytes: number }>()
  const server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const part of request) body += String(part)
      const { max_tokens, max_completion_tokens = max_tokens } = JSON.parse(body) as Record<string, number>
      const limit = max_completion_tokens ?? 0
      let bytes = 0
      response.on('close', () => resolve({ limit, bytes }))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      while (!response.destroyed) {
        const delta = { content: 'and on and ' }
        const event = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`
        bytes += event.length
        response.write(event)
        await sleep(1)
      }
    })()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    closed,
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  }
}
