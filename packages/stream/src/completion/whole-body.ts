import { StreamError } from '@toolloop/wire'
import { isObject } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { failureOf, flatError, statedError } from './failure.ts'

/** The body of an answer with status 200. @throws StreamError where it holds no completion */
export function wholeBody(body: unknown): JsonObject {
  if (!isObject(body) || !Array.isArray(body['choices']) || body['choices'].length === 0) throw noCompletion(body)
  return body
}

function noCompletion(body: unknown): StreamError {
  const error = isObject(body) ? (statedError(body) ?? flatError(body)) : undefined
  if (error !== undefined) return failureOf(error)
  const what = isObject(body) ? 'no choices' : 'no JSON object'
  return new StreamError(`The answer is no completion: it has ${what}.`, { retryable: false })
}
