import { brand, ToolloopError } from '@toolloop/wire'

/**
 * Why a decision was rejected. `unknown`: no request has that id. `decided`: the request is decided already. `stale`: the
 * call has another request by now, or has ended. `arguments`: the tool rejected the edited arguments.
 */
export type ApprovalProblem = 'unknown' | 'decided' | 'stale' | 'arguments'

/** A decision was rejected. It has changed nothing. */
export class ApprovalError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ApprovalError')
  override readonly name = 'ApprovalError'
  readonly problem: ApprovalProblem
  /** The request's id, or the call's, as it was given. */
  readonly id: string

  constructor(problem: ApprovalProblem, id: string, message: string, options: { cause?: unknown } = {}) {
    super('approval', message, options)
    this.problem = problem
    this.id = id
  }

  static {
    brand(this)
  }
}
