// A plain body has the same deviations as a stream, so the same builder reads it, as one chunk with whole messages.
import type { Completion } from '@toolloop/wire'
import type { BuilderOptions } from './builder.ts'
import { CompletionBuilder } from './builder.ts'

/**
 * Makes a completion of a body with status 200. Throws a `StreamError` where it holds none: no object, no choices,
 * fields of impossible types.
 */
export function normalizeCompletion(body: unknown, options: BuilderOptions = {}): Completion {
  const builder = new CompletionBuilder(options)
  builder.pushWhole(body)
  builder.finish()
  return builder.snapshot()
}
