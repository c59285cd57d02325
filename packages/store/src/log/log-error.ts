import { brand, ToolloopError } from '@toolloop/wire'
import type { LogOwner } from './owner.ts'
import { remedyOf } from './remedy.ts'

/**
 * The kind of a `LogError`.
 * - `log_owned`: another run owns the log; `owner` names its process.
 * - `log_conflict`: the facts do not follow the last one in the log: another writer has written to it since it was loaded.
 * - `log_damaged`: the stored log is invalid: a line in the middle cannot be read, or a fact is missing.
 * - `log_storage`: the disk returned an error or did not answer; `cause` is the error.
 */
export type LogErrorCode = 'log_owned' | 'log_conflict' | 'log_damaged' | 'log_storage'

/** A log cannot be read or written. Thrown before a run starts; later it ends the run as `error`, with this `code`. */
export class LogError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.LogError')
  override readonly name = 'LogError'
  declare readonly code: LogErrorCode
  /** The owner of the log; only for `log_owned`. */
  declare readonly owner?: LogOwner

  constructor(code: LogErrorCode, message: string, options: { cause?: unknown; owner?: LogOwner } = {}) {
    super(code, message, { ...options, retryable: code !== 'log_damaged' })
    if (options.owner) this.owner = options.owner
  }

  static {
    brand(this)
  }
}

/** Wraps an error of the disk or the database as `log_storage`, with its remedy. Returns a `LogError` unchanged. */
export function storageError(what: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const remedy = remedyOf(cause)
  return new LogError('log_storage', `${what}: ${reason}${remedy === undefined ? '' : `. ${remedy}`}`, { cause })
}
