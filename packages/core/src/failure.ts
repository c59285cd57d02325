import { type Fact, fact } from './events.ts'
import type { Failure } from './outcome.ts'
import type { Run } from './run.ts'

/** The end of a run by an error: the log keeps what may be kept, the result the error itself. */
export function failed(run: Run, error: unknown): Fact {
  run.failure = error
  return fact({ type: 'run.done', outcome: { status: 'error', error: failureOf(error) } })
}

function failureOf(error: unknown): Failure {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
    const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    return { name: error.name, message: error.message, ...code }
  } catch {
    return { name: 'Error', message: 'An error that cannot be read.' }
  }
}
