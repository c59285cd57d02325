import type { RunLimit } from '../agent/spec.ts'
import { CallQueue, type Release, type Waiter } from './call-queue.ts'

/** A queue, and the number of calls that use it. */
interface Entry {
  readonly queue: CallQueue
  users: number
  /** The end of its interval: until then the queue is kept. */
  until: number
}

/** The queues of one limit, one for each key. Unused queues are deleted, so that any number of keys may come and go. */
export class KeyedQueues {
  readonly #limit: RunLimit
  readonly #entries = new Map<string, Entry>()

  constructor(limit: RunLimit) {
    this.#limit = limit
  }

  /** How many queues are kept. */
  get size(): number {
    return this.#entries.size
  }

  /** Waits for a place under the key. `undefined`: the signal was aborted first. */
  async place(key: string, waiter: Waiter): Promise<Release | undefined> {
    const { clock } = waiter
    const entries = this.#entries
    const { interval } = this.#limit
    const entry = entries.get(key) ?? { queue: new CallQueue(this.#limit), users: 0, until: 0 }
    if (!entries.has(key)) this.#sweep(clock.now())
    entries.set(key, entry)
    entry.users++
    const release = await entry.queue.place(waiter)
    const leave = (): void => {
      entry.users--
      entry.until = clock.now() + (interval ?? 0)
      if (interval === undefined && entry.users === 0) entries.delete(key)
    }
    if (!release) {
      leave()
      return undefined
    }
    return () => {
      release()
      leave()
    }
  }

  /** Deletes unused queues whose interval has ended, at every 64th key, so that no timer is needed. */
  #sweep(now: number): void {
    if (this.#entries.size % 64 !== 63) return
    for (const [key, { users, until }] of this.#entries) if (users === 0 && until < now) this.#entries.delete(key)
  }
}
