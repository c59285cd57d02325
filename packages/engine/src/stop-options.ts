// How workers of every engine leave.
import { checkOptions, type OptionCheck } from '@toolloop/wire'

export interface StopOptions {
  /**
   * Waits at most so many milliseconds for the worker's runs to end or pause, because an unsafe call that is broken off
   * becomes a request to a person: as long as your calls take. @default 0
   */
  readonly drain?: number | undefined
}

const checks: Readonly<Record<keyof StopOptions, OptionCheck>> = {
  drain: [(value) => typeof value === 'number' && value >= 0 && value < 2 ** 31, 'a number of milliseconds from 0 on'],
}

/**
 * The function stops a worker: it runs `work` once, and every call waits for that.
 * @throws (as a rejection) UsageError for invalid options
 */
export function stopOnce(work: (drain: number) => Promise<void>): (options?: StopOptions) => Promise<void> {
  let stopped: Promise<void> | undefined
  return async (options = {}) => {
    checkOptions('stop', options, checks)
    await (stopped ??= work(options.drain ?? 0))
  }
}
