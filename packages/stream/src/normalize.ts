// A plain body has the same quirks as a stream; it goes the same way, as one chunk whose messages are whole.
import type { Completion } from '@toolloop/wire'
import { StreamError } from '@toolloop/wire'
import type { BuilderOptions } from './builder.ts'
import { CompletionBuilder, pushWhole } from './builder.ts'
import { isObject, text } from './json-value.ts'

/**
 * Makes a completion of what a server answered with status 200. Throws a `StreamError` where there is none in it:
 * no object, no choices, fields of impossible types.
 */
export function normalizeCompletion(body: unknown, options: BuilderOptions = {}): Completion {
  if (!isObject(body) || !Array.isArray(body['choices']) || body['choices'].length === 0) throw noCompletion(body)
  const builder = new CompletionBuilder(options)
  pushWhole(builder, body)
  builder.finish()
  return builder.snapshot()
}

function noCompletion(body: unknown): StreamError {
  const error = isObject(body) ? body['error'] : undefined
  const said = typeof error === 'string' ? error : isObject(error) ? text(error['message']) : ''
  const what = isObject(body) ? 'no choices' : 'no JSON object'
  const more = said === '' ? '' : ` The server said: ${said.slice(0, 1000)}`
  return new StreamError(`The answer is no completion: it has ${what}.${more}`, { retryable: false })
}
