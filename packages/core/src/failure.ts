import { type Fact, fact } from './events.ts'
import type { Failure } from './outcome.ts'

/** The errors behind `error` outcomes, for results of this process: a log keeps only what may be kept of them. */
const causes = new WeakMap<Failure, unknown>()

/** The end of a run by an error. */
export function failed(cause: unknown): Fact {
  const error = failureOf(cause)
  causes.set(error, cause)
  return fact({ type: 'run.done', outcome: { status: 'error', error } })
}

/** The error as it was thrown; `undefined` for one from an old log. */
export const causeOf = (failure: Failure): unknown => causes.get(failure)

function failureOf(error: unknown): Failure {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
    const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    return { name: error.name, message: error.message, ...code }
  } catch {
    return { name: 'Error', message: 'An error that cannot be read.' }
  }
}
