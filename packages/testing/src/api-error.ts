// The error object of the API, and the errors a client makes of a failed answer.
import { brand, StreamError, ToolloopError } from '@toolloop/wire'
import { isJsonObject } from './json-object.ts'

/** What the API says is wrong. */
export interface ApiError {
  readonly message: string
  readonly type: string
  /** The field of the request, e.g. `messages.[3].role`. */
  readonly param: string | null
  readonly code: string | null
}

/** The body of an error answer. */
export function errorBody(message: string, options: Partial<Omit<ApiError, 'message'>> = {}): { error: ApiError } {
  return { error: { message, type: 'invalid_request_error', param: null, code: null, ...options } }
}

/** What the API says of a status on its own. */
export function statusBody(status: number): { error: ApiError } {
  const [message, type, code] = known[status] ?? (status >= 500 ? known[500]! : known[400]!)
  return errorBody(message, { type, code })
}

const known: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
  400: ['The request was not valid.', 'invalid_request_error', null],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  403: ['You are not allowed to use this model.', 'invalid_request_error', 'forbidden'],
  404: ['The requested resource was not found.', 'invalid_request_error', 'not_found'],
  409: ['The resource is being changed by another request.', 'invalid_request_error', 'conflict'],
  422: ['The request could not be processed.', 'invalid_request_error', 'unprocessable_entity'],
  429: ['Rate limit reached.', 'requests', 'rate_limit_exceeded'],
  500: ['The server had an error while processing your request.', 'server_error', null],
  503: ['The engine is currently overloaded, please try again later.', 'server_error', 'overloaded'],
}

/**
 * A scripted failure, in process. It counts as an `APIError` of `@toolloop/transport` for `instanceof`, but not as
 * one of the classes by status: those come from a real answer, so use `scriptedServer` where they matter.
 */
export class ScriptedFailure extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ScriptedFailure')
  override readonly name = 'ScriptedFailure'
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly error: unknown

  constructor(status: number | undefined, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    const error = (isJsonObject(body) ? body['error'] : undefined) ?? body
    const message = isJsonObject(error) && typeof error['message'] === 'string' ? error['message'] : textOf(error)
    super('api', `${status ?? 'error'} ${message}`, { retryable: status === 429 || (status ?? 0) >= 500 })
    this.status = status
    this.headers = headers
    this.error = error
  }

  static {
    brand(this)
    brand({ brand: transportBrand('APIError'), prototype: this.prototype })
  }
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : JSON.stringify(error)
}

/** What the transport throws when its caller aborts. */
export function abortError(signal: AbortSignal): ToolloopError {
  return branded(new ToolloopError('user_abort', 'Request was aborted.', { cause: signal.reason }), 'APIUserAbortError')
}

/** What the transport throws when no answer begins. */
export function connectionError(): ToolloopError {
  return branded(
    new ToolloopError('connection', 'Connection error: the scripted connection was reset.', { retryable: true }),
    'APIConnectionError',
  )
}

/** What the transport throws when an answer breaks off or is no JSON. */
export function brokenStream(reason: string, cause?: unknown): StreamError {
  return new StreamError(`The scripted answer ${reason}`, { cause })
}

/** Brands are how `instanceof` works across copies; here, without importing the class. */
function branded(error: ToolloopError, name: string): ToolloopError {
  brand({ brand: transportBrand(name), prototype: error })
  return error
}

function transportBrand(name: string): symbol {
  return Symbol.for(`toolloop.${name}`)
}
