// Waits for something that may happen before one waits for it.
import { setTimeout as sleep } from 'node:timers/promises'

export class Bell {
  #ring = Promise.withResolvers<void>()

  ring(): void {
    this.#ring.resolve()
  }

  /**
   * Resolves when it rang since the last call, or after `limit` milliseconds.
   * @throws what `signal` is aborted with
   */
  async rung(limit?: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (limit === undefined) await this.#ring.promise
    else {
      const waited = new AbortController()
      const both = signal ? AbortSignal.any([signal, waited.signal]) : waited.signal
      const timer = sleep(limit, undefined, { signal: both })
      timer.catch(() => {}) // it rang
      await Promise.race([this.#ring.promise, timer])
      waited.abort()
    }
    this.#ring = Promise.withResolvers()
  }
}
