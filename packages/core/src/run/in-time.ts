import { UsageError } from '@toolloop/wire'
import type { Level } from './level.ts'

// An aborted run ends within a second: running tools get the first part of it, the log the rest. Milliseconds.
export const toolGrace = 700
const leastLogGrace = 200

/** How long an aborted level waits for what executes. A level ends before the one above it, so that its last facts are logged. */
export const graceOf = ({ depth }: Level): number => Math.max(0, toolGrace - 50 * depth)

/** Waits for a write to the log. After an abort it rejects when the write hangs. */
export function inTime(level: Level, write: Promise<void>): Promise<void> {
  const { signal, clock } = level
  return new Promise((resolve, reject) => {
    let timer: unknown
    const giveUp = (): void =>
      reject(
        new UsageError('The log did not finish its write within a second of the abort; the last facts may be missing.'),
      )
    const aborted = (): void => void (timer = clock.setTimeout(giveUp, logGrace(level)))
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

function logGrace({ clock, abortedAt }: Level): number {
  const now = clock.now()
  return Math.max(leastLogGrace, toolGrace - (now - (abortedAt ?? now)))
}

/** One turn of the event loop, so that the reactions of settled promises run. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** Calls back after the timers of this turn; where `setImmediate` is missing, after this job. */
export function soon(callback: () => void): void {
  if (immediate) immediate(callback)
  else queueMicrotask(callback)
}
