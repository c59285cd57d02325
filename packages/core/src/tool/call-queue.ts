import type PQueue from 'p-queue'
import { type Clock, sleep } from '@toolloop/wire'
import type { RunLimit } from '../agent/spec.ts'

/** Frees a place; once. */
export type Release = () => void

/** Who asks for a place: it gives up when `signal` is aborted, and `clock` tells its time. */
interface Asker {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Places in call order: so many at once, and so many starts in any span of the interval. */
export class CallQueue {
  readonly #concurrency: number
  readonly #interval: number
  readonly #cap: number
  #places: Promise<PQueue> | undefined
  /** The last call that was let in, or waits for the interval. */
  #last: Promise<boolean> = Promise.resolve(true)
  /** The times of the last starts by each clock, at most `cap`. */
  readonly #started = new WeakMap<Clock, number[]>()

  constructor({ concurrency = Infinity, interval = 0, intervalCap = Infinity }: RunLimit) {
    this.#concurrency = concurrency
    this.#interval = interval
    this.#cap = intervalCap
  }

  /** `undefined`: the signal was aborted first. */
  async place(asker: Asker): Promise<Release | undefined> {
    const release = this.#concurrency === Infinity ? free : await this.#freePlace(asker.signal)
    if (this.#cap === Infinity || !release) return release
    if (await this.#inTurn(asker)) return release
    release()
    return undefined
  }

  /** A place is a task that lasts until it is released. */
  async #freePlace(signal: AbortSignal): Promise<Release | undefined> {
    const queue = await (this.#places ??= placesFor(this.#concurrency))
    return new Promise((resolve) => {
      queue.add(() => new Promise<void>((release) => resolve(release)), { signal }).catch(() => resolve(undefined))
    })
  }

  #inTurn(asker: Asker): Promise<boolean> {
    this.#last = this.#last.then(() => this.#inInterval(asker))
    return this.#last
  }

  async #inInterval({ clock, signal }: Asker): Promise<boolean> {
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

/** Loaded when it is first needed: most agents have no limit. */
async function placesFor(concurrency: number): Promise<PQueue> {
  const { default: Queue } = await import('p-queue')
  return new Queue({ concurrency })
}
