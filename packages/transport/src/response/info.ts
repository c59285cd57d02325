// The HTTP response behind a result, without a visible field on the result.
import { requestIdOf } from '../errors/classes.ts'
import type { HttpResponse } from '../http/contract.ts'

export interface ResponseInfo {
  readonly status: number
  readonly headers: Headers
  /** The server's id of the request, to quote in a support ticket. */
  readonly requestId: string | undefined
  /** Requests sent, retries included. */
  readonly attempts: number
  readonly timing: ResponseTiming
}

/** Milliseconds since the request began, waits before retries included; `start` is absolute. */
export interface ResponseTiming {
  /** Unix time in milliseconds. */
  readonly start: number
  readonly headers: number
  /** When the first event of a stream arrived. */
  readonly firstEvent?: number | undefined
  /** When the body was read to its end. */
  readonly end?: number | undefined
}

/** The response of a completion, page or deletion; `undefined` for objects that no client returned. */
export function responseOf(result: object): ResponseInfo | undefined {
  return (result as { [responseKey]?: ResponseInfo })[responseKey]
}

/**
 * Attaches a response to a result, for `responseOf`. JSON, copies and comparisons do not see it. For code that derives
 * further results from a response.
 */
export function rememberResponse(result: object, info: ResponseInfo): void {
  Object.defineProperty(result, responseKey, { value: info })
}

/** Creates `Headers` only on access: most callers never read them. */
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

const responseKey = Symbol('toolloop.response')
