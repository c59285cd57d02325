import { type Fact, fact } from './events.ts'
import type { Failure } from './outcome.ts'

/** The errors behind `error` outcomes, for results of this process: a log keeps only what may be kept of them. */
const causes = new WeakMap<Failure, unknown>()

/** The end of a run by an error. */
export const failed = (cause: unknown): Fact =>
  fact({ type: 'run.done', outcome: { status: 'error', error: failureOf(cause) } })

/** The error as it was thrown; `undefined` for one from an old log. */
export const causeOf = (failure: Failure): unknown => causes.get(failure)

/** An error as a log may keep it. */
export function failureOf(error: unknown): Failure {
  const failure = readableOf(error)
  causes.set(failure, error)
  return failure
}

function readableOf(error: unknown): Failure {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
    const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    const retryable = 'retryable' in error && error.retryable === false ? { retryable: false as const } : {}
    return { name: error.name, message: error.message, ...code, ...retryable }
  } catch {
    return { name: 'Error', message: 'An error that cannot be read.' }
  }
}
