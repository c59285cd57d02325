// The peer's one timeout, as ours.
import type { Timeouts } from '@toolloop/transport'

/** For an answer that is not streamed: the limit covers the whole attempt. */
export const wholeTimeout = (milliseconds: number): Timeouts => ({
  total: Infinity,
  attempt: milliseconds,
  headers: Infinity,
  firstEvent: Infinity,
})

/** For a stream: the limit ends when the response's headers arrive. */
export const streamTimeout = (milliseconds: number): Timeouts => ({
  total: Infinity,
  attempt: Infinity,
  headers: milliseconds,
  firstEvent: Infinity,
})
