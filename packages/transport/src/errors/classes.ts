// The errors of a request. They hold neither the key nor the body of the request.
import { brand, ToolloopError } from '@toolloop/wire'

/** Which of the six clocks ran out; see `Timeouts`. */
export type TimeoutKind = 'total' | 'attempt' | 'connect' | 'headers' | 'firstEvent' | 'idle'

export interface APIErrorOptions {
  readonly status?: number | undefined
  readonly headers?: Headers | undefined
  readonly code?: string | undefined
  readonly param?: string | undefined
  readonly type?: string | undefined
  /** The server's answer, unchanged. */
  readonly error?: unknown
  readonly retryable?: boolean | undefined
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/**
 * The server answered with an error. The message quotes the server's own message. Common statuses have a subclass
 * (`RateLimitError` for 429, …). This class is used for the others, and for a 200 whose body is not a completion.
 */
export class APIError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.APIError')
  override readonly name: string = 'APIError'
  /** The server's own code, e.g. `model_not_found`; `api` where it sent none. Numbers are converted to text. */
  declare readonly code: string
  /** The HTTP status. For an error inside a stream: the status it states, or `undefined`. */
  readonly status: number | undefined
  /** The request parameter that the server rejected. */
  readonly param: string | undefined
  /** The server's class of error, e.g. `invalid_request_error`. */
  readonly type: string | undefined
  /** The server's id of the request, to quote in a support ticket. */
  readonly request_id: string | undefined
  /** Milliseconds to wait before a retry, as the server requested. */
  readonly retryAfter: number | undefined
  /** The response's headers. Not enumerable. */
  declare readonly headers: Headers | undefined
  /** The server's answer: parsed JSON, else text. Not enumerable: it may quote the prompt. */
  declare readonly error: unknown

  constructor(message: string, options: APIErrorOptions = {}) {
    super(options.code ?? 'api', message, {
      retryable: options.retryable ?? false,
      ...('cause' in options ? { cause: options.cause } : {}),
    })
    this.status = options.status
    this.param = options.param
    this.type = options.type
    this.request_id = requestIdOf(options.headers)
    this.retryAfter = options.retryAfter
    Object.defineProperty(this, 'headers', { value: options.headers, enumerable: false })
    Object.defineProperty(this, 'error', { value: options.error, enumerable: false })
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status, type: this.type, param: this.param, request_id: this.request_id }
  }

  static {
    brand(this)
  }
}

/** 400: the request is malformed, or the model does not support one of its parameters. */
export class BadRequestError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.BadRequestError')
  override readonly name = 'BadRequestError'
  static {
    brand(this)
  }
}

/** 401: the key is missing or invalid. */
export class AuthenticationError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.AuthenticationError')
  override readonly name = 'AuthenticationError'
  static {
    brand(this)
  }
}

/** 403: the key has no permission for this. */
export class PermissionDeniedError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.PermissionDeniedError')
  override readonly name = 'PermissionDeniedError'
  static {
    brand(this)
  }
}

/** 404: no such model, deployment, stored completion or path. */
export class NotFoundError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.NotFoundError')
  override readonly name = 'NotFoundError'
  static {
    brand(this)
  }
}

/** 409: a conflict with another request. Retried. */
export class ConflictError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.ConflictError')
  override readonly name = 'ConflictError'
  static {
    brand(this)
  }
}

/** 422: the request is well-formed, but the server cannot process its content. */
export class UnprocessableEntityError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.UnprocessableEntityError')
  override readonly name = 'UnprocessableEntityError'
  static {
    brand(this)
  }
}

/** 429: too many requests (retried), or the quota is used up (`code: 'insufficient_quota'`, not retried). */
export class RateLimitError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.RateLimitError')
  override readonly name = 'RateLimitError'
  static {
    brand(this)
  }
}

/** 500 and above: the server failed. Retried. */
export class InternalServerError extends APIError {
  static override readonly brand: symbol = Symbol.for('toolloop.InternalServerError')
  override readonly name = 'InternalServerError'
  static {
    brand(this)
  }
}

/** No complete answer arrived: the connection was refused, reset or cut. Retried. */
export class APIConnectionError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.APIConnectionError')
  override readonly name = 'APIConnectionError'

  constructor(message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super('connection', message, { retryable: true, ...options })
  }

  static {
    brand(this)
  }
}

/** One of the six clocks ran out. All but `total` are retried. */
export class APITimeoutError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.APITimeoutError')
  override readonly name = 'APITimeoutError'
  /** The option in `timeout` that ran out. */
  readonly timeout: TimeoutKind
  /** Its value in milliseconds. */
  readonly allowed: number

  constructor(timeout: TimeoutKind, allowed: number, message: string, options: { cause?: unknown } = {}) {
    super('timeout', message, { ...options, retryable: timeout !== 'total' })
    this.timeout = timeout
    this.allowed = allowed
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), timeout: this.timeout, allowed: this.allowed }
  }

  static {
    brand(this)
  }
}

/** The caller's signal aborted the request. `cause` is the signal's reason. */
export class APIUserAbortError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.APIUserAbortError')
  override readonly name = 'APIUserAbortError'

  constructor(options: { cause?: unknown; message?: string } = {}) {
    super('user_abort', options.message ?? 'The request was aborted by its signal', { cause: options.cause })
  }

  static {
    brand(this)
  }
}

/** The class for a status. */
export function errorClassOf(status: number | undefined): typeof APIError {
  if (status === undefined) return APIError
  return byStatus.get(status) ?? (status >= 500 ? InternalServerError : APIError)
}

const byStatus: ReadonlyMap<number, typeof APIError> = new Map<number, typeof APIError>([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
])

/** The server's request id, from the headers of OpenAI, Azure, Mistral and others. */
export function requestIdOf(headers: Headers | undefined): string | undefined {
  if (headers === undefined) return undefined
  for (const name of ['x-request-id', 'request-id', 'apim-request-id', 'mistral-correlation-id']) {
    const value = headers.get(name)
    if (value !== null) return value
  }
  return undefined
}
