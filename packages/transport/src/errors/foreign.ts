// Converts errors of an `openai` instance to ours, so that an agent handles one set of classes.
import { ToolloopError } from '@toolloop/wire'
import { APIConnectionError, type APIError, APITimeoutError, APIUserAbortError, errorClassOf } from './classes.ts'
import { isRetryable, retryAfterOf } from './answer.ts'

/** The fields of an `openai` error. */
interface ForeignError extends Error {
  readonly status?: unknown
  readonly headers?: unknown
  readonly error?: unknown
  readonly code?: unknown
  readonly param?: unknown
  readonly type?: unknown
}

/** The same failure as one of our classes. Errors that are not from the API are returned unchanged. */
export function ownError(cause: unknown, signal: AbortSignal | undefined): unknown {
  if (cause instanceof ToolloopError || !(cause instanceof Error)) return cause
  if (signal?.aborted) return new APIUserAbortError({ cause: signal.reason })
  const error = cause as ForeignError
  const kind = error.constructor.name
  if (kind === 'APIConnectionTimeoutError') return new APITimeoutError('attempt', Number.NaN, error.message, { cause })
  if (kind === 'APIConnectionError') return new APIConnectionError(error.message, { cause })
  if (typeof error.status === 'number' || error.error !== undefined) return apiError(error)
  return cause
}

function apiError(error: ForeignError): APIError {
  const status = typeof error.status === 'number' ? error.status : undefined
  const headers = error.headers instanceof Headers ? error.headers : undefined
  const [code, param, type] = [labelOf(error.code), labelOf(error.param), labelOf(error.type)]
  return new (errorClassOf(status))(error.message, {
    status,
    headers,
    code,
    param,
    type,
    error: error.error,
    retryable: isRetryable(status, code, type, headers),
    retryAfter: retryAfterOf(headers),
    cause: error,
  })
}

function labelOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
