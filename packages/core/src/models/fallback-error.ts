import { brand, ToolloopError } from '@toolloop/wire'

/**
 * A model broke off in the middle of its answer, and the next request goes to another one. An agent continues: it keeps
 * the complete calls, drops the text, and requests the rest. Other callers send the request again.
 */
export class FallbackError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.FallbackError')
  override readonly name = 'FallbackError'

  constructor(model: string, next: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super('fallback', `The model \`${model}\` broke off its answer; \`${next}\` is next. The error: ${why}`, {
      cause,
      retryable: true,
    })
  }

  static {
    brand(this)
  }
}
