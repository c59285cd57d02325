import type { EventSource } from '@toolloop/client'
import type { RunEvent } from '@toolloop/core'

type Next<Value> = IteratorResult<readonly RunEvent[], Value>

/** A run whose first batch was read to learn whether it could start. `onEnd` is called once, however it ends. */
export class StartedRun<Value> implements EventSource<RunEvent, Value> {
  readonly #source: EventSource<RunEvent, Value>
  readonly #onEnd: () => void
  #first: Next<Value> | undefined

  constructor(source: EventSource<RunEvent, Value>, first: Next<Value>, onEnd: () => void) {
    this.#source = source
    this.#first = first
    this.#onEnd = onEnd
  }

  async next(): Promise<Next<Value>> {
    const first = this.#first
    this.#first = undefined
    try {
      const next = first ?? (await this.#source.next())
      if (next.done) this.#onEnd()
      return next
    } catch (error) {
      this.#onEnd()
      throw error
    }
  }

  abort(reason: unknown): void {
    this.#source.abort(reason)
  }
}
