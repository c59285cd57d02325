import { type Fact, fact } from './events.ts'
import type { Failure } from './outcome.ts'

/** The errors behind `error` outcomes, for results in this process. A log keeps only their JSON form. */
const causes = new WeakMap<Failure, unknown>()

/** The fact that ends a run with an error. */
export const failed = (cause: unknown): Fact =>
  fact({ type: 'run.done', outcome: { status: 'error', error: failureOf(cause) } })

/** The error that was thrown; `undefined` where the failure was loaded from a log. */
export const causeOf = (failure: Failure): unknown => causes.get(failure)

/** An error in its JSON form. */
export function failureOf(error: unknown): Failure {
  const failure = jsonFormOf(error)
  causes.set(failure, error)
  return failure
}

function jsonFormOf(error: unknown): Failure {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
    const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    const retryable = 'retryable' in error && error.retryable === false ? { retryable: false as const } : {}
    return { name: error.name, message: error.message, ...code, ...retryable }
  } catch {
    return { name: 'Error', message: 'An error that cannot be read.' }
  }
}
