import type { Completion } from './completion.ts'
import { requireNode } from './node-version.ts'

// Every package needs an error of this file, so this runs before anything that an older Node.js lacks.
requireNode()

/** Toolloop's own error codes, as `error.code`. An `APIError` carries the server's code instead. */
export type ErrorCode =
  | 'api'
  | 'connection'
  | 'timeout'
  | 'user_abort'
  | 'length'
  | 'content_filter'
  | 'engine'
  | 'fallback'
  | 'guardrail'
  | 'middleware'
  | 'stream'
  | 'json'
  | 'limit'
  | 'schema'
  | 'tool_input'
  | 'output'
  | 'replay'
  | 'approval'
  | 'run'
  | 'usage'

/**
 * The base class of every error thrown by Toolloop. `instanceof` also recognises instances from another installed copy:
 * each class has a brand on its prototype. An error holds nothing secret: no key, no request body.
 */
export class ToolloopError extends Error {
  /** The property that `instanceof` looks for; each subclass has its own. */
  static readonly brand: symbol = Symbol.for('toolloop.ToolloopError')
  override readonly name: string = 'ToolloopError'
  /** What failed: an `ErrorCode`, or, on an `APIError`, the server's code (`insufficient_quota`, …). */
  readonly code: ErrorCode | (string & {})
  /** Can a retry of the same operation succeed? */
  readonly retryable: boolean

  constructor(
    code: ErrorCode | (string & {}),
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.retryable = options.retryable ?? false
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, 'brand')) return Function.prototype[Symbol.hasInstance].call(this, value)
    try {
      return typeof value === 'object' && value !== null && this.brand in value
    } catch {
      return false // a Proxy whose traps throw
    }
  }

  /** The fields that are safe to log: no stack, no cause, no body. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, code: this.code, message: this.message }
  }

  static {
    brand(this)
  }
}

/** Marks a class so that `instanceof` works across copies; call it in the class's static block. */
export function brand(type: { readonly brand: symbol; readonly prototype: object }): void {
  Object.defineProperty(type.prototype, type.brand, { value: true })
}

/** An invalid call: an invalid option, an unknown id, a handle used twice. The message names the remedy. */
export class UsageError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.UsageError')
  override readonly name = 'UsageError'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('usage', message, options)
  }

  static {
    brand(this)
  }
}

/** A streamed answer that broke off or is invalid. `snapshot` holds what arrived before. */
export class StreamError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.StreamError')
  override readonly name = 'StreamError'
  /** The completion up to the error; absent where nothing was accumulated. */
  declare readonly snapshot?: Completion

  constructor(message: string, options: { cause?: unknown; retryable?: boolean; snapshot?: Completion } = {}) {
    super('stream', message, { retryable: true, ...options })
    if (options.snapshot) Object.defineProperty(this, 'snapshot', { value: options.snapshot, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** Something is too large, too deep or too many. The message names the limit, its value and the option that sets it. */
export class LimitError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.LimitError')
  override readonly name = 'LimitError'
  /** The option that sets the limit, e.g. `maxEventBytes`. */
  readonly limit: string
  readonly allowed: number

  constructor(limit: string, allowed: number, message: string, options: { cause?: unknown } = {}) {
    super('limit', message, options)
    this.limit = limit
    this.allowed = allowed
  }

  static {
    brand(this)
  }
}
