// Errors of runs on an engine.
import { ApprovalError } from '@toolloop/core'
import { brand, ToolloopError } from '@toolloop/wire'
import type { Rejection } from './command.ts'

/**
 * `unknown_run`: no run has this id. `other_agent`: the run is of another agent. `rejected`: the run could not start.
 * `failed`: the engine gave the run up. `ended`: the run takes no commands any more. `unreachable`: the engine does not
 * respond.
 */
export type EngineProblem = 'unknown_run' | 'other_agent' | 'rejected' | 'failed' | 'ended' | 'unreachable'

/** A call of an engine's client failed. */
export class EngineError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.EngineError')
  override readonly name = 'EngineError'
  readonly problem: EngineProblem

  constructor(problem: EngineProblem, message: string, options: { readonly cause?: unknown } = {}) {
    super('engine', message, { ...options, retryable: problem === 'unreachable' })
    this.problem = problem
  }

  static {
    brand(this)
  }
}

export const rejectionOf = (error: Error): Rejection => ({
  name: error.name,
  message: error.message,
  ...(error instanceof ApprovalError && { problem: error.problem, id: error.id }),
})

/** The error of decisions that a run refused. */
export function refusalOf({ message, problem, id }: Rejection): Error {
  return problem ? new ApprovalError(problem, id ?? '', message) : new EngineError('rejected', message)
}

export const unknownRun = (runId: string): EngineError =>
  new EngineError(
    'unknown_run',
    `No run has the id ${JSON.stringify(runId)}. Start it first; the engine may have deleted a run that ended long ago.`,
  )
