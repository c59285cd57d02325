import { brand, ToolloopError } from '@toolloop/wire'

/**
 * Why a request was refused. Nothing has run.
 *
 * - `post_malformed` (400): it is not what the protocol sends.
 * - `post_origin` (403): it comes from another site.
 * - `post_forbidden` (403): this user may not decide.
 * - `post_unknown` (404): there is no such chat, or none for this user, or the path is not served.
 * - `post_elsewhere` (409): another process runs this chat, and only that one can stop it.
 * - `post_history` (409): it states something that the server never gave.
 * - `post_nothing` (409): there is nothing new in it.
 * - `post_stopped` (409): the run before it was stopped.
 * - `post_too_large` (413), `post_type` (415: its body is not JSON), `post_unsupported` (422).
 */
export type PostErrorCode = keyof typeof statuses

const statuses = {
  post_malformed: 400,
  post_origin: 403,
  post_forbidden: 403,
  post_unknown: 404,
  post_elsewhere: 409,
  post_history: 409,
  post_nothing: 409,
  post_stopped: 409,
  post_too_large: 413,
  post_type: 415,
  post_unsupported: 422,
} as const

/** A request of a front end was refused. Its message is safe to send. */
export class PostError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.PostError')
  override readonly name = 'PostError'
  declare readonly code: PostErrorCode
  /** The HTTP status of the response. */
  readonly status: number

  constructor(code: PostErrorCode, message: string) {
    super(code, message)
    this.status = statuses[code]
  }

  static {
    brand(this)
  }
}
