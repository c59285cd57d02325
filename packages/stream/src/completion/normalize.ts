// A plain body has the same quirks as a stream; it goes the same way, as one chunk whose messages are whole.
import type { Completion } from '@toolloop/wire'
import type { BuilderOptions } from './builder.ts'
import { CompletionBuilder } from './builder.ts'

/**
 * Makes a completion of what a server answered with status 200. Throws a `StreamError` where there is none in it:
 * no object, no choices, fields of impossible types.
 */
export function normalizeCompletion(body: unknown, options: BuilderOptions = {}): Completion {
  const builder = new CompletionBuilder(options)
  builder.pushWhole(body)
  builder.finish()
  return builder.snapshot()
}
