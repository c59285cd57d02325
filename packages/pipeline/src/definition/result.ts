import type { ApprovalRequest, Exhausted, RunUsage } from '@toolloop/core'
import { brand, ToolloopError } from '@toolloop/wire'

/** How a pipeline's run ended: discriminate on `status`. All but `done` can be resumed from the log. */
export type PipelineResult<Output> = PipelineReport &
  (
    | { readonly status: 'done'; readonly output: Output }
    | { readonly status: 'approval'; readonly requests: readonly ApprovalRequest[] }
    | { readonly status: 'aborted'; readonly reason: string }
    | ({ readonly status: 'budget' } & Exhausted)
    | { readonly status: 'error'; readonly error: Error }
  )

/** The fields of every result, however the run ended. */
export interface PipelineReport {
  readonly runId: string
  /** The sum over all agents of the pipeline. */
  readonly usage: RunUsage
  /** US dollars; `undefined` where the cost of an agent is unknown. */
  readonly cost: number | undefined
  readonly timing: { readonly startedAt: number; readonly endedAt: number; readonly ms: number }
  /** The result of each stage that began, by its path, such as `review[3]/classify`. */
  readonly stages: Readonly<Record<string, StageResult>>
}

export interface StageResult {
  /**
   * `aborted`: it had begun when another stage won the race or failed, or when the run ended. `waiting`: for a decision.
   * `running`: in a run that waits for a decision, a stage around the one that waits.
   */
  readonly status: 'running' | 'waiting' | 'done' | 'failed' | 'aborted'
  /** Only where `status` is `done`. */
  readonly output?: unknown
  readonly error?: StageError
  /** Milliseconds, of a function or an agent that has ended. */
  readonly ms?: number
  readonly usage?: RunUsage
  readonly cost?: number
}

/**
 * A stage failed. `path` names it; `cause` is what it threw; `result` is the result of an agent whose run was not `done`.
 * `retryable` is `false` where the cause says so, for a wrong input or output, and where a person declined.
 */
export class StageError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.StageError')
  override readonly name = 'StageError'
  readonly path: string
  declare readonly result: unknown

  constructor(
    path: string,
    message: string,
    {
      cause,
      result,
      retryable = false,
    }: { readonly cause?: unknown; readonly result?: unknown; readonly retryable?: boolean } = {},
  ) {
    super('run', message, { retryable, ...(cause !== undefined && { cause }) })
    this.path = path
    Object.defineProperty(this, 'result', { value: result, enumerable: false })
  }

  static {
    brand(this)
  }
}
