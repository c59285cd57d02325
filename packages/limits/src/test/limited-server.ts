// An HTTP server of chat completions that enforces a limit, as strictly as one can: over every window, wherever it begins.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ServerLimits {
  /** Requests in any `window` milliseconds. */
  readonly requests?: number
  readonly window: number
  readonly concurrency?: number
  /** Milliseconds until an answer begins. */
  readonly takes?: number
}

/** What the server saw. Times are milliseconds of `performance.now()`. */
export interface LimitedServer extends AsyncDisposable {
  readonly url: string
  readonly accepted: readonly number[]
  /** Requests that were answered with 429. */
  readonly rejected: readonly number[]
  /** The largest number of requests at the same time, since the last `forget`. */
  readonly busiest: number
  forget(): void
}

/** The tokens that each request uses. */
export const tokensOfAnswer = 50

export async function limitedServer(limits: ServerLimits): Promise<LimitedServer> {
  const { concurrency = Infinity, requests = Infinity, takes = 0, window } = limits
  const accepted: number[] = []
  const rejected: number[] = []
  let running = 0
  let busiest = 0
  const server: Server = createServer((incoming, response) => {
    const now = performance.now()
    const counted = accepted.at(-requests)
    if (running >= concurrency || (counted !== undefined && now - counted < window)) {
      rejected.push(now)
      incoming.resume()
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after-ms': '300' })
      response.end(JSON.stringify({ error: { message: 'Too many requests', type: 'rate_limit_error' } }))
      return
    }
    accepted.push(now)
    running++
    busiest = Math.max(busiest, running)
    let body = ''
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text))
    incoming.on('end', () => {
      void answer(JSON.parse(body) as { stream?: boolean }).finally(() => running--)
    })
    const answer = async ({ stream }: { stream?: boolean }): Promise<void> => {
      if (takes > 0) await sleep(takes)
      const head = { id: 'c', created: 1, model: 'm' }
      const usage = { prompt_tokens: tokensOfAnswer - 10, completion_tokens: 10, total_tokens: tokensOfAnswer }
      if (!stream) {
        const choices = [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }]
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }))
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunks = [
        { choices: [{ index: 0, delta: { role: 'assistant', content: 'Done.' }, finish_reason: null }] },
        { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
        { choices: [], usage },
      ]
      for (const chunk of chunks)
        response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk })}\n\n`)
      response.end('data: [DONE]\n\n')
    }
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    accepted,
    rejected,
    get busiest() {
      return busiest
    },
    forget() {
      busiest = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
