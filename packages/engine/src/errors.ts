// Errors of runs on an engine.
import { ApprovalError, type ApprovalProblem } from '@toolloop/core'
import { brand, ToolloopError } from '@toolloop/wire'

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

/** An error as JSON. `problem` is that of an `ApprovalError` or of an `EngineError`, `id` the request of an `ApprovalError`. */
export interface Rejection {
  readonly name: string
  readonly message: string
  readonly problem?: ApprovalProblem | EngineProblem
  readonly id?: string
}

export const rejectionOf = (error: Error): Rejection => ({
  name: error.name,
  message: error.message,
  ...(error instanceof ApprovalError && { problem: error.problem, id: error.id }),
  ...(error instanceof EngineError && { problem: error.problem }),
})

/** The error of a command that a run rejected. */
export function errorOf({ name, message, problem, id }: Rejection): Error {
  if (name === 'ApprovalError') return new ApprovalError(problem as ApprovalProblem, id ?? '', message)
  return new EngineError(name === 'EngineError' ? (problem as EngineProblem) : 'rejected', message)
}

/** Whether a paused run rejected decisions, which its status then shows. Other commands are rejected as `EngineError`s. */
export const isOfDecisions = ({ name }: Rejection): boolean => name !== 'EngineError'

/** Of a command to a run that has ended, or ends before it takes the command. */
export const endedRun = (runId: string): Rejection => ({
  name: 'EngineError',
  problem: 'ended',
  message: `The run ${JSON.stringify(runId)} has ended, so it takes no messages, decisions or aborts.`,
})

export const unknownRun = (runId: string): EngineError =>
  new EngineError(
    'unknown_run',
    `No run has the id ${JSON.stringify(runId)}. Start it first; the engine may have deleted a run that ended long ago.`,
  )
