// Requests to Restate's ingress.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError } from '@toolloop/engine'

export interface IngressOptions {
  readonly url: string
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
  /** How long a request is retried, or waits for its answer, in milliseconds. */
  readonly patience: number
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** How long the handler may take in a worker, in milliseconds. @default 0 */
  readonly waits?: number
  /** Waits for a worker as long as Restate responds. @default the call fails when no worker answers in time */
  readonly awaitsWorker?: boolean
}

interface Request {
  readonly path: string
  readonly body?: string
  readonly signal: AbortSignal | undefined
}

export interface Reply {
  readonly status: number
  /** Parsed JSON; `undefined` for an empty body. */
  readonly body: unknown
}

/** The status of the output of a workflow that goes on. */
export const notEnded = 470

/** Every request may be sent twice: starts are known by the run's id, commands by a key. */
export class Ingress {
  readonly #options: IngressOptions

  constructor(options: IngressOptions) {
    this.#options = options
  }

  /**
   * Calls a handler of a run, which runs in a worker.
   * @throws EngineError
   */
  async call(
    runId: string,
    handler: string,
    input: unknown,
    { signal, waits = 0, awaitsWorker = false }: CallOptions = {},
  ): Promise<unknown> {
    const { service } = this.#options
    const path = `/${service}/${encodeURIComponent(runId)}/${handler}`
    const request = { path, body: JSON.stringify(input), signal }
    for (;;) {
      const reply = await this.#request(request, waits)
      if (reply && reply.status < 300) return reply.body
      if (reply) throw failure(service, reply.status, reply.body)
      if (handler === 'run/send') throw this.#silent(...noAnswer)
      if (!awaitsWorker)
        throw this.#silent(
          `No worker of the service \`${service}\` answered through Restate`,
          'Start one. What was sent may still take effect.',
        )
      // Restate waits for a worker. If Restate itself is silent, this throws.
      await this.output(runId, signal)
    }
  }

  /** How the run's workflow ended at Restate; 404: unknown. */
  async output(runId: string, signal: AbortSignal | undefined): Promise<Reply> {
    const path = `/restate/workflow/${this.#options.service}/${encodeURIComponent(runId)}/output`
    const reply = await this.#request({ path, signal }, 0)
    if (reply) return reply
    throw this.#silent(...noAnswer)
  }

  /** `undefined`: Restate took the request and did not answer in time. */
  async #request({ path, body, signal }: Request, waits: number): Promise<Reply | undefined> {
    const { url, headers, patience } = this.#options
    const key = randomUUID()
    let failing: number | undefined
    const isSpent = (): boolean => Date.now() - (failing ??= Date.now()) >= patience
    for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
      signal?.throwIfAborted()
      const limit = AbortSignal.timeout(Math.max(patience, shortestLimit) + waits)
      try {
        const response = await fetch(url.replace(/\/$/, '') + path, {
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            ...headers,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(path.endsWith('/send') && !path.endsWith('/run/send') && { 'idempotency-key': key }),
          },
          ...(body !== undefined && { body }),
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        })
        const text = await response.text()
        if (!isPassing(response.status) || isSpent())
          return { status: response.status, body: text === '' ? undefined : parsed(text) }
      } catch (cause) {
        if (signal?.aborted) throw cause
        if (limit.aborted) return undefined
        if (isSpent())
          throw new EngineError('unreachable', `Restate at ${url} does not respond. Start it, or check the address.`, {
            cause,
          })
      }
      await sleep(pause, undefined, signal && { signal })
    }
  }

  #silent(what: string, remedy: string): EngineError {
    const { url, patience } = this.#options
    return new EngineError('unreachable', `${what} at ${url} within ${patience} ms. ${remedy}`)
  }
}

const noAnswer = ['Restate did not answer', 'Check the address. What was sent may still take effect.'] as const

/** Of one request, in milliseconds. */
const shortestLimit = 1000

/** The server starts, or is busy. */
const isPassing = (status: number): boolean => status === 429 || status === 502 || status === 503 || status === 504

function failure(service: string, status: number, body: unknown): EngineError {
  const text = messageOf(body)
  if (status === 404 && text.includes('not found'))
    return new EngineError(
      'unreachable',
      `Restate knows no service \`${service}\`. Start a worker with \`serve(agents, { admin })\`, or register one. Restate answered: ${text}`,
    )
  if (status === 413)
    return new EngineError(
      'rejected',
      'What was sent is larger than Restate accepts, by default 32 MB. Store it elsewhere, and send its name.',
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
