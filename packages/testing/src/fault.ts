// What can go wrong between a server and its client. A fault wraps a reply; faults of one reply add up.
import { UsageError } from '@toolloop/wire'

/** One thing that goes wrong. Bytes count the response body; chunks count from 0. */
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

/** What can have faults: every reply. */
export interface Faulty {
  /** What goes wrong on the way; see `fault`. */
  readonly faults?: readonly Fault[]
}

/** Each takes a reply and returns a worse one: `fault.cutAt(text('hello'), 120)`. A plain body counts as one chunk. */
export interface Faults {
  /** Closes the connection after `bytes` bytes of the body; at 0 the headers have arrived. */
  cutAt<R extends Faulty>(reply: R, bytes: number): R
  /**
   * Resets the connection: before the headers, or after `bytes` bytes of the body. What was sent just before a reset
   * may be lost on the way, as in life; `cutAt` loses nothing.
   */
  reset<R extends Faulty>(reply: R, bytes?: number): R
  /** Goes silent with the connection open: before the headers, or after `bytes` bytes of the body. */
  stall<R extends Faulty>(reply: R, bytes?: number): R
  /** Sends `bytes` (1) at a time, each after `delay` (0) ms: events, characters and line ends are cut anywhere. */
  drip<R extends Faulty>(reply: R, bytes?: number, delay?: number): R
  /** Sends a chunk (the first) twice. */
  duplicate<R extends Faulty>(reply: R, chunk?: number): R
  /** Sends something that is no JSON in place of a chunk (the first) or of the plain body. */
  malformed<R extends Faulty>(reply: R, chunk?: number, text?: string): R
  /**
   * An error object inside a 200 answer: in a stream the last thing, behind the chunk number `after` (-1: at once);
   * else the whole body. `event` names the event `error` too, as some servers do.
   */
  error<R extends Faulty>(reply: R, after: number, body?: unknown, options?: { readonly event?: boolean }): R
  /** A `content-length` that is off by `difference` bytes; positive: the body ends early. */
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
  throw new UsageError(`fault.${name}: ${String(value)} is not a whole number of at least ${least}`)
}
