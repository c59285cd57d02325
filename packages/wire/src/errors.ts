import type { Completion } from './completion.ts'
import { requireNode } from './node-version.ts'

// Every package needs an error of this file, so this runs before anything that an older Node.js lacks.
requireNode()

/** Every way of failing that is ours to name, as `error.code`. An `APIError` carries the server's own code instead. */
export type ErrorCode =
  | 'api'
  | 'connection'
  | 'timeout'
  | 'user_abort'
  | 'length'
  | 'content_filter'
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
 * The base of every error thrown by Toolloop. `instanceof` also recognises instances from another installed copy:
 * each class carries a brand on its prototype. Nothing secret is on an error: no key, no request body.
 */
export class ToolloopError extends Error {
  /** What `instanceof` looks for; each subclass names its own. */
  static readonly brand: symbol = Symbol.for('toolloop.ToolloopError')
  override readonly name: string = 'ToolloopError'
  /** What failed: one of ours, or, on an `APIError`, what the server called it (`insufficient_quota`, …). */
  readonly code: ErrorCode | (string & {})
  /** May the same thing work when tried again? */
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
      return false // a Proxy that throws at every touch
    }
  }

  /** What a log may keep: no stack, no cause, no body. */
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

/** A call that makes no sense: a wrong option, an unknown id, a handle used twice. The message names the remedy. */
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

/** A streamed answer that broke off or made no sense. `snapshot` holds what had arrived. */
export class StreamError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.StreamError')
  override readonly name = 'StreamError'
  /** The completion so far; absent where nothing was accumulated. */
  declare readonly snapshot?: Completion

  constructor(message: string, options: { cause?: unknown; retryable?: boolean; snapshot?: Completion } = {}) {
    super('stream', message, { retryable: true, ...options })
    if (options.snapshot) Object.defineProperty(this, 'snapshot', { value: options.snapshot, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** A bound was hit: too large, too deep, too many. Names the bound, its value, and the option that changes it. */
export class LimitError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.LimitError')
  override readonly name = 'LimitError'
  /** The option that holds the bound, e.g. `maxEventBytes`. */
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
