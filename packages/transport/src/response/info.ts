// What is known of the HTTP side of a result, without touching the result.
import { requestIdOf } from '../errors/classes.ts'
import type { HttpResponse } from '../http/contract.ts'

export interface ResponseInfo {
  readonly status: number
  readonly headers: Headers
  /** For the server's support. */
  readonly requestId: string | undefined
  /** Requests sent, retries included. */
  readonly attempts: number
  readonly timing: ResponseTiming
}

/** Milliseconds since the request began, back-offs included. */
export interface ResponseTiming {
  /** Unix time in milliseconds. */
  readonly start: number
  readonly headers: number
  /** Of a stream: its first event. */
  readonly firstEvent?: number | undefined
  /** The body was read. */
  readonly end?: number | undefined
}

/** The response a completion, page or deletion came in; `undefined` for objects that came from elsewhere. */
export function responseOf(result: object): ResponseInfo | undefined {
  return (result as { [known]?: ResponseInfo })[known]
}

/**
 * Keeps it with a result, for `responseOf`, where neither JSON nor a copy nor a comparison meets it: also with what
 * somebody read further than the transport reads.
 */
export function rememberResponse(result: object, info: ResponseInfo): void {
  Object.defineProperty(result, known, { value: info })
}

/** Headers are made when they are asked for: most are not. */
export class Received implements ResponseInfo {
  readonly attempts: number
  readonly timing: ResponseTiming
  readonly #response: HttpResponse | undefined

  constructor(response: HttpResponse | undefined, attempts: number, timing: ResponseTiming) {
    this.#response = response
    this.attempts = attempts
    this.timing = timing
  }

  get status(): number {
    return this.#response?.status ?? 0
  }

  get headers(): Headers {
    return this.#response?.headers ?? new Headers()
  }

  get requestId(): string | undefined {
    return requestIdOf(this.#response?.headers)
  }
}

const known = Symbol('toolloop.response')
