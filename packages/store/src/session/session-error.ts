import { brand, ToolloopError } from '@toolloop/wire'
import type { LogOwner } from '../log/owner.ts'
import type { SessionStatus } from './session-types.ts'

/**
 * Why a session refused a call. Nothing was sent or changed.
 * - `session_busy`: a run of the session is running, in this process or in another. Pass `wait: true`, or try later.
 * - `session_pending`: its last run waits for decisions, or was interrupted. Resume it or drop it first.
 * - `session_idle`: there is no run to resume or to drop.
 * - `session_exists`: a fork cannot take the id of a session that has turns.
 * - `session_damaged`: a turn does not continue the turn before: a log in between was changed or deleted.
 */
export type SessionErrorCode =
  | 'session_busy'
  | 'session_pending'
  | 'session_idle'
  | 'session_exists'
  | 'session_damaged'

export interface SessionErrorDetails {
  readonly session: string
  readonly turn?: number | undefined
  readonly runId?: string | undefined
  readonly status?: SessionStatus | undefined
  readonly owner?: LogOwner | undefined
  readonly cause?: unknown
}

/** A session cannot do this now. The message names the run and the remedy. */
export class SessionError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.SessionError')
  override readonly name = 'SessionError'
  declare readonly code: SessionErrorCode
  /** The session's id. */
  readonly session: string
  /** The turn that stands in the way, from 0. */
  readonly turn: number | undefined
  /** The id of its run. */
  readonly runId: string | undefined
  /** The status of that run. */
  readonly status: SessionStatus | undefined
  /** The process that runs it, where it is known; only for `session_busy`. */
  readonly owner: LogOwner | undefined

  constructor(code: SessionErrorCode, message: string, details: SessionErrorDetails) {
    super(code, message, {
      retryable: code === 'session_busy',
      ...(details.cause !== undefined && { cause: details.cause }),
    })
    this.session = details.session
    this.turn = details.turn
    this.runId = details.runId
    this.status = details.status
    this.owner = details.owner
  }

  static {
    brand(this)
  }
}

export const isBusy = (error: unknown): error is SessionError =>
  error instanceof SessionError && error.code === 'session_busy'
