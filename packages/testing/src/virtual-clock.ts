// Time that a test moves by hand, and the real one in the same shape.

/** What code under test asks for time. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * A clock that stands still until it is told to move. Timers run in order of their time, then of their making.
 * Between two of them everything that does not wait for time (promises, sockets) gets its turn.
 */
export interface VirtualClock extends Clock {
  /** Like the global one; the handle is a number. */
  setTimeout(callback: () => void, ms?: number): number
  clearTimeout(handle: number | undefined): void
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

/** A clock for tests; it starts at `start` milliseconds. */
export function virtualClock(start = 0): VirtualClock {
  let now = start
  let made = 0
  const timers = new Map<number, Timer>()

  const add = (callback: () => void, ms = 0): number => {
    const handle = ++made
    timers.set(handle, { handle, at: now + Math.max(0, ms), callback })
    return handle
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
    now: () => now,
    sleep: (ms, signal) => sleepWith(add, (handle) => timers.delete(handle), ms, signal),
    setTimeout: add,
    clearTimeout: (handle) => void (handle !== undefined && timers.delete(handle)),
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
          throw new Error(
            `runAll ran ${limit} timers and there are more: use advance(ms) for a timer that re-arms itself`,
          )
        run(timer)
        await settle()
      }
    },
  }
}

/** Real time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    sleepWith(
      (callback) => setTimeout(callback, ms),
      (handle) => clearTimeout(handle),
      ms,
      signal,
    ),
})

function sleepWith<Handle>(
  start: (callback: () => void, ms: number) => Handle,
  stop: (handle: Handle) => void,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = (): void => {
      stop(handle)
      reject(signal?.reason)
    }
    const handle = start(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** One turn of the real event loop: promise reactions and what has already arrived on sockets run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
