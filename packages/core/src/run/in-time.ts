import { UsageError } from '@toolloop/wire'
import type { Run } from './run.ts'

/** How long an aborted run waits for its log, in milliseconds. */
const grace = 500

/** A write to the log; an abort does not wait for one that hangs. */
export function inTime(run: Run, write: Promise<void>): Promise<void> {
  const { signal, clock } = run
  return new Promise((resolve, reject) => {
    let timer: unknown
    const giveUp = (): void =>
      reject(new UsageError(`The log did not answer within ${grace} ms of the abort; its end may be missing.`))
    const aborted = (): void => void (timer = clock.setTimeout(giveUp, grace))
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

/** One turn of the event loop: what has settled is passed on. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** When what is due now has happened: after the timers of this turn, or, where that cannot be had, after this job. */
export function soon(callback: () => void): void {
  if (immediate) immediate(callback)
  else queueMicrotask(callback)
}
