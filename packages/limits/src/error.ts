import { brand, ToolloopError } from '@toolloop/wire'

/**
 * The kind of a `SharedLimitError`.
 * - `limit_store`: the store failed or did not answer in time, and `onUnavailable` is `fail`; or it failed in a way that
 *   waiting does not help, such as a missing privilege (`retryable: false`). `cause` is its error.
 * - `limit_nested`: the call waits for a unit inside a call that holds one under the same key, so it could wait forever.
 * - `limit_wait`: the call did not start within `maxWait`.
 */
export type SharedLimitErrorCode = 'limit_store' | 'limit_nested' | 'limit_wait'

/** A call cannot get its units of a shared limit. Around a run's calls it is the `cause` of a `MiddlewareError`. */
export class SharedLimitError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.SharedLimitError')
  override readonly name = 'SharedLimitError'
  declare readonly code: SharedLimitErrorCode
  readonly key: string

  constructor(
    code: SharedLimitErrorCode,
    key: string,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(code, message, { retryable: code !== 'limit_nested', ...options })
    this.key = key
  }

  static {
    brand(this)
  }
}
