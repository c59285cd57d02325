import { brand, ToolloopError } from '@toolloop/wire'
import type { LogError } from '../log/log-error.ts'
import type { LogOwner } from '../log/owner.ts'
import type { SessionStatus, Turn } from './session-types.ts'

/**
 * Why a session refused a call. Nothing was sent or changed.
 * - `session_busy`: a run of the session is running, in this process or in another, or the session is being deleted or
 *   forked. Pass `wait: true`, or try later.
 * - `session_pending`: its last run waits for decisions, or was interrupted. Resume it or drop it first.
 * - `session_idle`: there is no run to resume or to drop.
 * - `session_exists`: a fork cannot take the id of a session that has turns, a run not the `runId` of one of its turns.
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

/** Another process deletes the session, or makes it by a fork, or has deleted it meanwhile. */
export function changedError(session: string, cause?: LogError): SessionError {
  const owner = cause?.owner
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  return new SessionError(
    'session_busy',
    `The session ${JSON.stringify(session)} is deleted or forked by ${who}. Try again, or pass \`wait: true\`.`,
    { session, owner, cause },
  )
}

export const existsError = (session: string): SessionError =>
  new SessionError(
    'session_exists',
    `The session ${JSON.stringify(session)} has turns already: fork to another id, or delete it first.`,
    { session },
  )

/** A `runId` of the caller's is a key: the same input sent twice, also to two processes, is one run. */
export const repeatedError = (session: string, { turn, runId, status }: Turn): SessionError =>
  new SessionError(
    'session_exists',
    `Turn ${turn} of session ${JSON.stringify(session)} is the run \`${runId}\` already. Read it with \`session.log(${turn})\` or \`session.follow\`, or pass another \`runId\`.`,
    { session, turn, runId, status },
  )
