// Faults between a server and its client. A fault wraps a reply; faults of one reply add up.
import { UsageError } from '@toolloop/wire'

/** One fault. Bytes count the response body; chunks count from 0. */
export type Fault =
  /** The connection ends after `at` bytes; absent: before the headers. */
  | { readonly kind: 'cut'; readonly at?: number; readonly how: 'close' | 'reset' }
  /** Nothing more comes after `at` bytes; absent: not even headers. */
  | { readonly kind: 'stall'; readonly at?: number }
  | { readonly kind: 'drip'; readonly bytes: number; readonly delay: number }
  | { readonly kind: 'duplicate'; readonly chunk: number }
  | { readonly kind: 'malformed'; readonly chunk: number; readonly text: string }
  | { readonly kind: 'error'; readonly after: number; readonly body: unknown; readonly event: boolean }
  | { readonly kind: 'contentLength'; readonly difference: number }
  | { readonly kind: 'withoutDone' }

/** Anything that can have faults: every reply. */
export interface Faulty {
  /** The faults of its delivery; see `fault`. */
  readonly faults?: readonly Fault[]
}

/** Each function returns a copy of the reply with one more fault: `fault.cutAt(text('hello'), 120)`. A plain body counts as one chunk. */
export interface Faults {
  /** Closes the connection after `bytes` bytes of the body; at 0 the headers have arrived. */
  cutAt<R extends Faulty>(reply: R, bytes: number): R
  /**
   * Resets the connection: before the headers, or after `bytes` bytes of the body. Bytes sent just before a reset may
   * be lost, as on a real network; `cutAt` loses none.
   */
  reset<R extends Faulty>(reply: R, bytes?: number): R
  /** Sends nothing more and keeps the connection open: before the headers, or after `bytes` bytes of the body. */
  stall<R extends Faulty>(reply: R, bytes?: number): R
  /** Sends `bytes` (1) at a time, each after `delay` (0) ms. Events, characters and line ends are split anywhere. */
  drip<R extends Faulty>(reply: R, bytes?: number, delay?: number): R
  /** Sends a chunk (the first) twice. */
  duplicate<R extends Faulty>(reply: R, chunk?: number): R
  /** Sends invalid JSON in place of a chunk (the first) or of the plain body. */
  malformed<R extends Faulty>(reply: R, chunk?: number, text?: string): R
  /**
   * Sends an error object inside a 200. In a stream it comes last, after the chunk number `after` (-1: first of all); a
   * plain answer has it as its whole body. `event: true` also names the event `error`, as some servers do.
   */
  error<R extends Faulty>(reply: R, after: number, body?: unknown, options?: { readonly event?: boolean }): R
  /** Sends a `content-length` that is wrong by `difference` bytes; with a positive one the body ends early. */
  contentLength<R extends Faulty>(reply: R, difference: number): R
  /** Ends the stream without `[DONE]`. */
  withoutDone<R extends Faulty>(reply: R): R
}

/** The faults. */
export const fault: Faults = Object.freeze<Faults>({
  cutAt: (reply, bytes) => withFault(reply, { kind: 'cut', at: atLeast(0, 'cutAt', bytes), how: 'close' }),
  reset: (reply, bytes) => withFault(reply, { kind: 'cut', how: 'reset', ...from('reset', bytes) }),
  stall: (reply, bytes) => withFault(reply, { kind: 'stall', ...from('stall', bytes) }),
  drip: (reply, bytes = 1, delay = 0) =>
    withFault(reply, { kind: 'drip', bytes: atLeast(1, 'drip', bytes), delay: atLeast(0, 'drip', delay) }),
  duplicate: (reply, chunk = 0) => withFault(reply, { kind: 'duplicate', chunk: atLeast(0, 'duplicate', chunk) }),
  malformed: (reply, chunk = 0, text = '{"choices":[{') =>
    withFault(reply, { kind: 'malformed', chunk: atLeast(0, 'malformed', chunk), text }),
  error: (reply, after, body = serverError, { event = false } = {}) =>
    withFault(reply, { kind: 'error', after: atLeast(-1, 'error', after), body, event }),
  contentLength: (reply, difference) => withFault(reply, { kind: 'contentLength', difference }),
  withoutDone: (reply) => withFault(reply, { kind: 'withoutDone' }),
})

const serverError = {
  error: {
    message: 'The server had an error while processing your request.',
    type: 'server_error',
    param: null,
    code: null,
  },
}

function withFault<R extends Faulty>(reply: R, item: Fault): R {
  if (typeof reply !== 'object' || reply === null || !('kind' in reply))
    throw new UsageError(
      `fault.${item.kind}: the first argument must be a reply such as text('…'), not ${typeof reply}`,
    )
  return Object.freeze({ ...reply, faults: Object.freeze([...(reply.faults ?? []), Object.freeze(item)]) })
}

function from(name: string, bytes: number | undefined): { at?: number } {
  return bytes === undefined ? {} : { at: atLeast(0, name, bytes) }
}

function atLeast(least: number, name: string, value: number): number {
  if (Number.isInteger(value) && value >= least) return value
  throw new UsageError(`fault.${name}: the number must be a whole number of at least ${least}, not ${String(value)}`)
}
