// Errors that a server states inside an answer: beside the choices, in one of them, or in place of a chunk.
import { StreamError } from '@toolloop/wire'
import { isEmpty, isObject, text } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'

/** The error that a chunk, a body or a choice states in `error`; `undefined` where it states none. */
export function statedError(holder: JsonObject): unknown {
  const { error } = holder
  if (isEmpty(error) || error === false) return undefined
  return isObject(error) && Object.values(error).every(isEmpty) ? undefined : error
}

/** An object without choices that itself is an error: `{ message, code }`. */
export function flatError(body: JsonObject): unknown {
  if (typeof body['message'] !== 'string' || body['message'] === '') return undefined
  return body['object'] === 'error' || !isEmpty(body['code']) || !isEmpty(body['type']) ? body : undefined
}

/** An error with the server's message and code. Retryable unless its stated status is final, such as 401. */
export function failureOf(error: unknown): StreamError {
  const { message, code, status, type }: JsonObject = isObject(error) ? error : {}
  const label = [code, status, type]
    .map((value) => (typeof value === 'number' ? String(value) : text(value)))
    .find(Boolean)
  const words = typeof error === 'string' ? error : text(message) || (JSON.stringify(error) ?? '')
  const shown = label === undefined ? '' : ` (${label.slice(0, 100)})`
  const number = Number(status ?? code)
  const isFinal = number >= 400 && number < 500 && ![408, 409, 429].includes(number)
  return new StreamError(`The answer holds an error${shown}. The server's message: ${words.slice(0, 1000)}`, {
    cause: error,
    retryable: !isFinal,
  })
}
