// Time that a test moves by hand.
import { type Clock, sleep, UsageError } from '@toolloop/wire'

/**
 * A clock that stands still until it is told to move. Timers run in order of their time, then of their making.
 * Between two of them everything that does not wait for time (promises, sockets) gets its turn.
 */
export interface VirtualClock extends Clock {
  /** Resolves when the clock has moved on by `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Moves on by `ms` and runs all that falls due, also what is added on the way. */
  advance(ms: number): Promise<void>
  /** Moves from timer to timer until none is left. Throws after `limit` timers: something re-arms itself for ever. @default 10_000 */
  runAll(limit?: number): Promise<void>
  /** How many timers wait. */
  readonly pending: number
}

interface Timer {
  readonly handle: number
  readonly at: number
  readonly callback: () => void
}

/** Kept from before a test framework puts its own timers in place. */
const realSetTimeout = globalThis.setTimeout

/** A clock for tests; it starts at `start` milliseconds. */
export function virtualClock(start = 0): VirtualClock {
  let now = start
  let made = 0
  const timers = new Map<unknown, Timer>()

  const clock: Clock = {
    now: () => now,
    setTimeout(callback, ms) {
      const handle = ++made
      timers.set(handle, { handle, at: now + Math.max(0, ms), callback })
      return handle
    },
    clearTimeout: (handle) => void timers.delete(handle),
  }
  const due = (until: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers.values()) if (timer.at <= until && (!first || timer.at < first.at)) first = timer
    return first
  }
  const run = (timer: Timer): void => {
    timers.delete(timer.handle)
    now = timer.at
    timer.callback()
  }
  return {
    ...clock,
    sleep: (ms, signal) => sleep(clock, ms, signal),
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let timer = due(until); timer; timer = due(until)) {
        run(timer)
        await settle()
      }
      now = until
    },
    async runAll(limit = 10_000) {
      await settle()
      let ran = 0
      for (let timer = due(Infinity); timer; timer = due(Infinity)) {
        if (++ran > limit)
          throw new UsageError(
            `runAll ran ${limit} timers and there are more: use advance(ms) for a timer that re-arms itself`,
          )
        run(timer)
        await settle()
      }
    },
  }
}

/** Two turns of the real event loop: promise reactions, what has arrived on sockets, and what that puts off by a turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => realSetTimeout(resolve, 0))
}
