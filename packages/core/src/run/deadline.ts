import type { Clock } from '@toolloop/wire'
import { isThenable } from './thenable.ts'

export interface DeadlineSettings {
  /** Milliseconds. */
  readonly timeout: number | undefined
  /** Makes the error when `timeout` has passed. */
  readonly late: (ms: number) => Error
  /** How long an abort with this reason waits for the running attempt, in milliseconds. */
  readonly linger: (reason: unknown) => number
}

/** Ends the wait for a call: at the abort of its run, or at its timeout. One listener for all attempts. */
export class Deadline {
  readonly #outer: AbortSignal
  readonly #clock: Clock
  readonly #linger: DeadlineSettings['linger']
  #timer: unknown
  #lastTimer: unknown
  readonly #controller = new AbortController()
  readonly #onAbort = (): void => this.#abort(this.#outer.reason)
  #passed: { readonly reason: unknown } | undefined
  #interrupt: ((reason: unknown) => void) | undefined

  constructor(outer: AbortSignal, clock: Clock, { timeout, late, linger }: DeadlineSettings) {
    this.#outer = outer
    this.#clock = clock
    this.#linger = linger
    if (outer.aborted) this.#pass(outer.reason)
    else outer.addEventListener('abort', this.#onAbort, { once: true })
    if (timeout !== undefined) this.#timer = clock.setTimeout(() => this.#pass(late(timeout)), timeout)
  }

  /** The signal for the tool. It belongs to this call alone, so it never fires after the call has ended. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get passed(): boolean {
    return this.#passed !== undefined
  }

  /**
   * Runs an attempt. Returns its value or a promise of it; rejects with the reason if the deadline passes first. A later
   * rejection is ignored.
   * @throws what the attempt throws synchronously, or the reason if the deadline has passed
   */
  unlessPassed(attempt: () => unknown): unknown {
    const result = this.#passed ? undefined : attempt()
    if (isThenable(result))
      return new Promise((resolve, reject) => {
        this.#interrupt = reject
        if (this.#passed) reject(this.#passed.reason)
        result.then(resolve, reject)
      })
    if (this.#passed) throw this.#passed.reason
    return result
  }

  /** Removes the listener and the timers. */
  close(): void {
    this.#outer.removeEventListener('abort', this.#onAbort)
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    if (this.#lastTimer !== undefined) this.#clock.clearTimeout(this.#lastTimer)
  }

  /** Aborts the tool's signal at once. A result within the linger time still counts. */
  #abort(reason: unknown): void {
    this.#controller.abort(reason)
    const linger = this.#linger(reason)
    if (linger === 0) this.#pass(reason)
    else this.#lastTimer = this.#clock.setTimeout(() => this.#pass(reason), linger)
  }

  #pass(reason: unknown): void {
    if (this.#passed) return
    this.#passed = { reason }
    this.#controller.abort(reason)
    this.#interrupt?.(reason)
  }
}
