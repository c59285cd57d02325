import type { Clock } from '@toolloop/wire'
import { isThenable } from './thenable.ts'

export interface DeadlineSettings {
  /** In milliseconds. */
  readonly timeout: number | undefined
  /** The reason when `timeout` has passed. */
  readonly late: (ms: number) => Error
  /** How long an abort with this reason still waits for the attempt that runs, in milliseconds. */
  readonly linger: (reason: unknown) => number
}

/** What ends the wait for a call: the abort of its run, or its time. One listener for all its attempts. */
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

  /** For the tool, of this call alone: what a tool still listens to when its call is over never fires. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get passed(): boolean {
    return this.#passed !== undefined
  }

  /**
   * What the attempt gives, at once or as a promise, or the reason if the end comes first. A late rejection is swallowed.
   * @throws what the attempt throws at once, or the reason where it has passed
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

  /** The call is over: nothing of it is left. */
  close(): void {
    this.#outer.removeEventListener('abort', this.#onAbort)
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    if (this.#lastTimer !== undefined) this.#clock.clearTimeout(this.#lastTimer)
  }

  /** The tool hears of it at once; what it answers soon enough still counts. */
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
