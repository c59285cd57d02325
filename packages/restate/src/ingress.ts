// Requests to Restate's ingress.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError } from '@toolloop/engine'

export interface IngressOptions {
  readonly url: string
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
  readonly patience: number
}

export interface Reply {
  readonly status: number
  /** Parsed JSON; `undefined` for an empty body. */
  readonly body: unknown
}

/** Every request may be sent twice: starts are known by the run's id, commands by a key. */
export class Ingress {
  readonly #options: IngressOptions

  constructor(options: IngressOptions) {
    this.#options = options
  }

  /** Calls a handler of a run. @throws EngineError */
  async call(runId: string, handler: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const { service } = this.#options
    const path = `/${service}/${encodeURIComponent(runId)}/${handler}`
    const { status, body } = await this.#request(path, signal, JSON.stringify(input))
    if (status < 300) return body
    throw failure(service, status, body)
  }

  /** How the run's workflow ended at Restate: 404 unknown, 470 not ended. */
  async output(runId: string, signal: AbortSignal | undefined): Promise<Reply> {
    return await this.#request(
      `/restate/workflow/${this.#options.service}/${encodeURIComponent(runId)}/output`,
      signal,
      undefined,
    )
  }

  async #request(path: string, signal: AbortSignal | undefined, body: string | undefined): Promise<Reply> {
    const { url, headers, patience } = this.#options
    const key = randomUUID()
    const until = Date.now() + patience
    for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
      signal?.throwIfAborted()
      try {
        const response = await fetch(url.replace(/\/$/, '') + path, {
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            ...headers,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(path.endsWith('/send') && !path.endsWith('/run/send') && { 'idempotency-key': key }),
          },
          ...(body !== undefined && { body }),
          ...(signal && { signal }),
        })
        const text = await response.text()
        if (!isPassing(response.status) || Date.now() > until)
          return { status: response.status, body: text === '' ? undefined : parsed(text) }
      } catch (cause) {
        if (signal?.aborted) throw cause
        if (Date.now() > until)
          throw new EngineError('unreachable', `Restate at ${url} does not respond. Start it, or check the address.`, {
            cause,
          })
      }
      await sleep(pause, undefined, signal && { signal })
    }
  }
}

/** The server starts, or is busy. */
const isPassing = (status: number): boolean => status === 429 || status === 502 || status === 503 || status === 504

function failure(service: string, status: number, body: unknown): EngineError {
  const text = messageOf(body)
  if (status === 404 && text.includes('not found'))
    return new EngineError(
      'unreachable',
      `Restate knows no service \`${service}\`. Start a worker with \`serve(agents, { admin })\`, or register one. Restate answered: ${text}`,
    )
  return new EngineError('failed', `Restate answered ${status}: ${text}`)
}

export function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message)
  return typeof body === 'string' ? body.slice(0, 500) : (JSON.stringify(body)?.slice(0, 500) ?? '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
