import { brand, ToolloopError } from '@toolloop/wire'
import type { LogOwner } from './owner.ts'

/**
 * What is wrong with a log.
 * - `log_owned`: another run writes to it; `owner` says which process.
 * - `log_conflict`: the facts do not follow what the log holds: another writer was here since it was loaded.
 * - `log_damaged`: what is stored is not a log: a line in the middle cannot be read, a fact is missing.
 * - `log_storage`: the disk refused or did not answer; `cause` is its error.
 */
export type LogErrorCode = 'log_owned' | 'log_conflict' | 'log_damaged' | 'log_storage'

/** A log that cannot be read or written. Thrown before a run starts; later it ends the run as `error`, with this `code`. */
export class LogError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.LogError')
  override readonly name = 'LogError'
  declare readonly code: LogErrorCode
  /** Who owns the log; for `log_owned`. */
  declare readonly owner?: LogOwner

  constructor(code: LogErrorCode, message: string, options: { cause?: unknown; owner?: LogOwner } = {}) {
    super(code, message, { ...options, retryable: code !== 'log_damaged' })
    if (options.owner) this.owner = options.owner
  }

  static {
    brand(this)
  }
}

/** A failure of the disk or the database as ours; one that is ours already stays. */
export function storageError(what: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new LogError('log_storage', `${what}: ${reason}`, { cause })
}
