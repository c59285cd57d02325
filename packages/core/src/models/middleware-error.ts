import { brand, ToolloopError } from '@toolloop/wire'

/** A middleware threw, or returned what it must not. The message names it; `cause` is what it threw. Ends a run as `error`. */
export class MiddlewareError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.MiddlewareError')
  override readonly name = 'MiddlewareError'
  /** The middleware's name. */
  readonly middleware: string

  constructor(middleware: string, what: string, options: { cause?: unknown } = {}) {
    super('middleware', `The middleware \`${middleware}\` ${what}`, options)
    this.middleware = middleware
  }

  static {
    brand(this)
  }
}

/** The error for what a middleware threw. */
export function thrownBy(middleware: string, cause: unknown): MiddlewareError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new MiddlewareError(middleware, `threw: ${why}`, { cause })
}
