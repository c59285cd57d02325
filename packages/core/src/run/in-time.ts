import { UsageError } from '@toolloop/wire'
import type { Run } from './run.ts'

// An aborted run ends within a second: tools that run have the first part of it, the log the rest. In milliseconds.
export const toolGrace = 700
const leastLogGrace = 200

/** A write to the log; an abort does not wait for one that hangs. */
export function inTime(run: Run, write: Promise<void>): Promise<void> {
  const { signal, clock } = run
  return new Promise((resolve, reject) => {
    let timer: unknown
    const giveUp = (): void =>
      reject(new UsageError('The log did not answer within a second of the abort; its end may be missing.'))
    const aborted = (): void => void (timer = clock.setTimeout(giveUp, logGrace(run)))
    const settle = (done: () => void) => (): void => {
      signal.removeEventListener('abort', aborted)
      if (timer !== undefined) clock.clearTimeout(timer)
      done()
    }
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted, { once: true })
    write.then(settle(resolve), (error: Error) => settle(() => reject(error))())
  })
}

function logGrace({ clock, abortedAt }: Run): number {
  const now = clock.now()
  return Math.max(leastLogGrace, toolGrace - (now - (abortedAt ?? now)))
}

/** One turn of the event loop: what has settled is passed on. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** When what is due now has happened: after the timers of this turn, or, where that cannot be had, after this job. */
export function soon(callback: () => void): void {
  if (immediate) immediate(callback)
  else queueMicrotask(callback)
}
