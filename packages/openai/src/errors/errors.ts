// The peer's error classes. Programs match on their names, fields and texts. The `cause` is our own, full error.

/** The base class of this package's errors. */
export class OpenAIError extends Error {}

/** An error that the server returned, or a request without an answer. */
export class APIError<
  Status extends number | undefined = number | undefined,
  ErrorHeaders extends Headers | undefined = Headers | undefined,
  // oxlint-disable-next-line typescript/no-wrapper-object-types -- the peer's own bound
  Body extends Object | undefined = Object | undefined,
> extends OpenAIError {
  readonly status: Status
  readonly headers: ErrorHeaders
  readonly requestID: string | null | undefined
  /** The server's error object: `message`, `type`, `param`, `code`. */
  readonly error: Body
  readonly code: string | null | undefined
  readonly param: string | null | undefined
  readonly type: string | undefined

  constructor(status: Status, error: Body, message: string | undefined, headers: ErrorHeaders) {
    super(messageOf(status, error, message))
    const facts = (error ?? {}) as { code?: string | null; param?: string | null; type?: string }
    this.status = status
    this.headers = headers
    this.requestID = headers?.get('x-request-id')
    this.error = error
    this.code = facts.code
    this.param = facts.param
    this.type = facts.type
  }

  /** The error class for a status, made from the response's body. */
  static generate(
    status: number | undefined,
    errorResponse: object | undefined,
    message: string | undefined,
    headers: Headers | undefined,
  ): APIError {
    if (!status || !headers) {
      const cause = errorResponse instanceof Error ? errorResponse : undefined
      return new APIConnectionError({ message, cause })
    }
    const { error } = (errorResponse ?? {}) as { error?: object }
    const Class = byStatus.get(status) ?? (status >= 500 ? InternalServerError : APIError)
    return new (Class as typeof APIError)(status, error, message, headers)
  }
}

function messageOf(status: number | undefined, error: object | undefined, message: string | undefined): string {
  const { message: said } = (error ?? {}) as { message?: unknown }
  const words = said
    ? typeof said === 'string'
      ? said
      : JSON.stringify(said)
    : error
      ? JSON.stringify(error)
      : message
  if (status && words) return `${status} ${words}`
  if (status) return `${status} status code (no body)`
  return words || '(no status code or body)'
}

/** The request was aborted: by its signal, by its controller, or by a consumer that left its stream. */
export class APIUserAbortError extends APIError<undefined, undefined, undefined> {
  constructor({ message }: { message?: string } = {}) {
    super(undefined, undefined, message || 'Request was aborted.', undefined)
  }
}

/** The connection failed, or closed before the answer was complete. */
export class APIConnectionError extends APIError<undefined, undefined, undefined> {
  constructor({ message, cause }: { message?: string | undefined; cause?: Error | undefined }) {
    super(undefined, undefined, message || 'Connection error.', undefined)
    if (cause) this.cause = cause
  }
}

/** A timeout expired. */
export class APIConnectionTimeoutError extends APIConnectionError {
  constructor({ message }: { message?: string } = {}) {
    super({ message: message ?? 'Request timed out.' })
  }
}

export class BadRequestError extends APIError<400, Headers> {}
export class AuthenticationError extends APIError<401, Headers> {}
export class PermissionDeniedError extends APIError<403, Headers> {}
export class NotFoundError extends APIError<404, Headers> {}
export class ConflictError extends APIError<409, Headers> {}
export class UnprocessableEntityError extends APIError<422, Headers> {}
export class RateLimitError extends APIError<429, Headers> {}
export class InternalServerError extends APIError<number, Headers> {}

const byStatus: ReadonlyMap<number, unknown> = new Map<number, unknown>([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
])

/** A token limit cut the answer, so it cannot be parsed. */
export class LengthFinishReasonError extends OpenAIError {
  constructor() {
    super('Could not parse response content as the length limit was reached')
  }
}

/** The content filter withheld the answer, so it cannot be parsed. */
export class ContentFilterFinishReasonError extends OpenAIError {
  constructor() {
    super('Could not parse response content as the request was rejected by the content filter')
  }
}
