import { brand, ToolloopError } from '@toolloop/wire'

/**
 * Why a decision was not taken: nothing of that name was asked (`unknown`), somebody has decided already (`decided`),
 * the call asks something else by now or is closed (`stale`), or the edited arguments do not fit (`arguments`).
 */
export type ApprovalProblem = 'unknown' | 'decided' | 'stale' | 'arguments'

/** A decision that was refused. It has changed nothing. */
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
