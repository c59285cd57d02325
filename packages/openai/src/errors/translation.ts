// Translates errors of our client to the peer's, which programs catch.
import {
  APIConnectionError as ConnectionError,
  APIError as ServerError,
  APITimeoutError,
  APIUserAbortError as AbortError,
} from '@toolloop/transport'
import { StreamError, ToolloopError } from '@toolloop/wire'
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError, OpenAIError } from './errors.ts'

/** The error of a failed request. Foreign errors pass unchanged; our own becomes the `cause`. */
export function peerError(error: unknown): unknown {
  if (!(error instanceof ToolloopError)) return error
  if (error.cause instanceof OpenAIError) return error.cause
  if (error instanceof ServerError) return caused(serverError(error), error)
  if (error instanceof APITimeoutError) return caused(new APIConnectionTimeoutError(), error)
  if (error instanceof AbortError) return caused(new APIUserAbortError(), error.cause)
  if (error instanceof ConnectionError) return caused(new APIConnectionError({}), error)
  if (error instanceof StreamError) return caused(new APIConnectionError({ message: error.message }), error)
  return caused(new OpenAIError(error.message), error)
}

/** The error of a stream that has begun. A server error inside it has no status. */
export function peerStreamError(error: unknown): unknown {
  if (!(error instanceof ServerError)) return peerError(error)
  return caused(new APIError(undefined, bodyOf(error.error), error.message, error.headers), error)
}

function serverError({ status, error, headers, message }: ServerError): APIError {
  if (typeof error === 'string') return APIError.generate(status, undefined, error, headers)
  // A 200 that is not a completion has no error text of the server.
  if (status !== undefined && status < 300) return new APIError(status, undefined, message, headers)
  return APIError.generate(status, { error: bodyOf(error) }, undefined, headers)
}

/** The error object, where the body wraps it. */
function bodyOf(body: unknown): object | undefined {
  const inner = (body as { error?: object | null } | null | undefined)?.error
  return inner ?? (body as object | undefined) ?? undefined
}

function caused(error: Error, cause: unknown): Error {
  Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
  return error
}
