// A clock that a test controls.
import { type Clock, sleep, UsageError } from '@toolloop/wire'

/**
 * A clock that moves only by `advance` and `runAll`. Timers run in order of their due time, then of their creation.
 * Between two timers, promises and sockets get a turn.
 */
export interface VirtualClock extends Clock {
  /** Resolves when the clock has moved by `ms`. Rejects with the signal's reason when the signal aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Moves the clock by `ms` and runs all timers that fall due, also those set meanwhile. */
  advance(ms: number): Promise<void>
  /** Moves from timer to timer until none is left. Throws after `limit` timers, for a timer that always sets itself again. @default 10_000 */
  runAll(limit?: number): Promise<void>
  /** The number of pending timers. */
  readonly pending: number
}

interface Timer {
  readonly handle: number
  readonly at: number
  readonly callback: () => void
}

/** Taken at import, before a test framework replaces the timers. */
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
            `runAll ran ${limit} timers and more are pending: use advance(ms) for a timer that sets itself again`,
          )
        run(timer)
        await settle()
      }
    },
  }
}

/** Two turns of the real event loop: one for promises and sockets, one for work that these defer by a turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => realSetTimeout(resolve, 0))
}
