// The API's error object, and the errors that a client throws for a failed answer.
import { brand, StreamError, ToolloopError } from '@toolloop/wire'
import { isJsonObject } from './json-object.ts'

/** The error object of the API. */
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

/** The API's error body for a status. */
export function statusBody(status: number): { error: ApiError } {
  const { message, type = 'invalid_request_error', code = null } = statusOf(status)
  return errorBody(message, { type, code })
}

interface Status {
  readonly message: string
  readonly type?: string
  readonly code?: string
  /** The class of `@toolloop/transport` for it. */
  readonly class: string
}

const statuses: Readonly<Record<number, Status>> = {
  400: { message: 'The request was not valid.', class: 'BadRequestError' },
  401: { message: 'Incorrect API key provided.', code: 'invalid_api_key', class: 'AuthenticationError' },
  403: { message: 'You are not allowed to use this model.', code: 'forbidden', class: 'PermissionDeniedError' },
  404: { message: 'The requested resource was not found.', code: 'not_found', class: 'NotFoundError' },
  409: { message: 'Another request is changing the resource.', code: 'conflict', class: 'ConflictError' },
  422: { message: 'The request could not be processed.', class: 'UnprocessableEntityError' },
  429: { message: 'Rate limit reached.', type: 'requests', code: 'rate_limit_exceeded', class: 'RateLimitError' },
  500: { message: 'The server had an error.', type: 'server_error', class: 'InternalServerError' },
}

function statusOf(status: number): Status {
  return (
    statuses[status] ??
    (status >= 500 ? statuses[500] : undefined) ?? { message: `Status ${status}.`, class: 'APIError' }
  )
}

/**
 * A scripted failure, in process. `instanceof` gives the same results as for the error of the same answer over HTTP: it
 * is an `APIError`, and an instance of the class of its status (`RateLimitError` for 429, …).
 */
export class ScriptedFailure extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ScriptedFailure')
  override readonly name = 'ScriptedFailure'
  declare readonly code: string
  /** 200 for an error inside a 200. */
  readonly status: number
  readonly param: string | undefined
  readonly type: string | undefined
  readonly request_id: string | undefined
  /** Not enumerable. */
  declare readonly headers: Headers
  /** The scripted body's error object. Not enumerable. */
  declare readonly error: unknown

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    const error = (isJsonObject(body) ? body['error'] : undefined) ?? body
    const { message, code, param, type } = stringsOf(error)
    super(code ?? 'api', `${status < 400 ? '' : `${status} `}${message ?? textOf(error)}`, {
      retryable: status === 408 || status === 409 || status === 429 || status >= 500,
    })
    this.status = status
    this.param = param
    this.type = type
    const list = new Headers(headers)
    this.request_id = list.get('x-request-id') ?? undefined
    Object.defineProperty(this, 'headers', { value: list, enumerable: false })
    Object.defineProperty(this, 'error', { value: error, enumerable: false })
    brandAs(this, 'APIError')
    if (status >= 400) brandAs(this, statusOf(status).class)
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status, type: this.type, param: this.param, request_id: this.request_id }
  }

  static {
    brand(this)
  }
}

/** The error that the transport throws when its caller aborts. */
export function abortError(signal: AbortSignal): ToolloopError {
  const error = new ToolloopError('user_abort', 'The request was aborted by its signal', { cause: signal.reason })
  return brandAs(error, 'APIUserAbortError')
}

/** The error that the transport throws when no complete answer arrives. */
export function connectionError(problem: string): ToolloopError {
  const error = new ToolloopError('connection', `The scripted answer ${problem}`, { retryable: true })
  return brandAs(error, 'APIConnectionError')
}

/** The error that the transport throws when a stream fails after its first content. */
export function brokenAnswer(message: string, cause?: unknown): StreamError {
  return new StreamError(message, { cause })
}

/** Gives an error the brand of a transport class, so that `instanceof` works without importing the class. */
function brandAs<E extends ToolloopError>(error: E, name: string): E {
  brand({ brand: Symbol.for(`toolloop.${name}`), prototype: error })
  return error
}

function stringsOf(error: unknown): Partial<Record<'message' | 'code' | 'param' | 'type', string>> {
  if (!isJsonObject(error)) return {}
  const text = (key: string): string | undefined => (typeof error[key] === 'string' ? error[key] : undefined)
  const [message, code, param, type] = [text('message'), text('code'), text('param'), text('type')]
  return { ...(message && { message }), ...(code && { code }), ...(param && { param }), ...(type && { type }) }
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : JSON.stringify(error)
}
