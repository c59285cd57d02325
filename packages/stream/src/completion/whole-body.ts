import { StreamError } from '@toolloop/wire'
import { isObject, text } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'

/** What a server answered with status 200, if there is a completion in it. */
export function wholeBody(body: unknown): JsonObject {
  if (!isObject(body) || !Array.isArray(body['choices']) || body['choices'].length === 0) throw noCompletion(body)
  return body
}

function noCompletion(body: unknown): StreamError {
  const error = isObject(body) ? body['error'] : undefined
  const said = typeof error === 'string' ? error : isObject(error) ? text(error['message']) : ''
  const what = isObject(body) ? 'no choices' : 'no JSON object'
  const more = said === '' ? '' : ` The server said: ${said.slice(0, 1000)}`
  return new StreamError(`The answer is no completion: it has ${what}.${more}`, { retryable: false })
}
