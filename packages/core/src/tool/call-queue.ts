import type PQueue from 'p-queue'
import { type Clock, sleep } from '@toolloop/wire'
import type { RunLimit } from '../agent/spec.ts'

/** Frees a place. Call it once. */
export type Release = () => void

/** The waiting call's run: `signal` ends the wait. */
export interface Waiter {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Gives places in call order: at most `concurrency` at once, and `intervalCap` starts in any span of `interval` ms. */
export class CallQueue {
  readonly #concurrency: number
  readonly #interval: number
  readonly #cap: number
  #places: Promise<PQueue> | undefined
  /** The interval wait of the last call in the queue. */
  #last: Promise<boolean> = Promise.resolve(true)
  /** The times of the last `cap` starts, by clock. */
  readonly #started = new WeakMap<Clock, number[]>()

  constructor({ concurrency = Infinity, interval = 0, intervalCap = Infinity }: RunLimit) {
    this.#concurrency = concurrency
    this.#interval = interval
    this.#cap = intervalCap
  }

  /** Waits for a place. `undefined`: the signal was aborted first. */
  async place(waiter: Waiter): Promise<Release | undefined> {
    const release = this.#concurrency === Infinity ? free : await this.#freePlace(waiter.signal)
    if (this.#cap === Infinity || !release) return release
    if (await this.#inTurn(waiter)) return release
    release()
    return undefined
  }

  /** A place is a task of the queue that lasts until it is released. */
  async #freePlace(signal: AbortSignal): Promise<Release | undefined> {
    const queue = await (this.#places ??= placesFor(this.#concurrency))
    return new Promise((resolve) => {
      queue.add(() => new Promise<void>((release) => resolve(release)), { signal }).catch(() => resolve(undefined))
    })
  }

  #inTurn(waiter: Waiter): Promise<boolean> {
    this.#last = this.#last.then(() => this.#inInterval(waiter))
    return this.#last
  }

  async #inInterval({ clock, signal }: Waiter): Promise<boolean> {
    const started = this.#started.get(clock) ?? []
    this.#started.set(clock, started)
    const first = started.length < this.#cap ? undefined : started[0]
    try {
      if (first !== undefined) await sleep(clock, Math.max(0, first + this.#interval - clock.now()), signal)
    } catch {
      return false
    }
    if (signal.aborted) return false
    started.push(clock.now())
    if (started.length > this.#cap) started.shift()
    return true
  }
}

const free: Release = () => {}

/** Loaded at first use: most agents have no limit. */
async function placesFor(concurrency: number): Promise<PQueue> {
  const { default: Queue } = await import('p-queue')
  return new Queue({ concurrency })
}
