import type { Batch, Scope } from './loop.ts'

type Source = AsyncGenerator<Batch, void, void>
interface Live {
  readonly source: Source
  readonly eager: boolean
}

/**
 * Runs works side by side in this process. All that has arrived leaves as one batch; nothing runs ahead of the log,
 * nothing piles up: a source has at most one batch waiting. (A queue and not `Promise.race`, which would keep a
 * reaction on every long-running tool for every event.)
 */
export class MemoryScope implements Scope {
  readonly #live = new Map<string, Live>()
  readonly #signal: AbortSignal
  #arrived: Batch = []
  /** Works whose batch lies in `#arrived`. */
  #arrivedFrom: string[] = []
  /** Works whose batch has left: logged, or about to be. */
  #given: string[] = []
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<Batch> | undefined
  readonly #onAbort = (): void => this.#give()

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  has(key: string): boolean {
    return this.#live.has(key)
  }

  /** `eager`: goes on as soon as its batch is logged, even while the consumer still looks at it. */
  start(key: string, source: Source, eager: boolean): void {
    this.#live.set(key, { source, eager })
    this.#pull(key, source)
  }

  logged(): void {
    this.#resume((work) => work.eager)
  }

  next(): Promise<Batch> {
    const waiting = (this.#waiting = Promise.withResolvers<Batch>())
    this.#resume(() => true)
    // A work is asked for more once its batch has left, also where there was nothing in it.
    if (this.#arrivedFrom.length > 0 || this.#failure || this.#live.size === 0 || this.#signal.aborted) this.#give()
    return waiting.promise
  }

  arrived(): Batch {
    const arrived = this.#arrived
    this.#arrived = []
    this.#arrivedFrom = []
    return arrived
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    for (const { source } of this.#live.values()) source.return().catch(() => {})
    this.#live.clear()
  }

  #resume(which: (work: Live) => boolean): void {
    const given = this.#given
    this.#given = []
    for (const key of given) {
      const work = this.#live.get(key)
      if (work && which(work)) this.#pull(key, work.source)
      else if (work) this.#given.push(key)
    }
  }

  #pull(key: string, source: Source): void {
    source.next().then(
      (result) => {
        if (result.done) {
          this.#live.delete(key)
          if (this.#live.size === 0) this.#give()
          return
        }
        this.#arrivedFrom.push(key)
        // Never added to in place: the array is the work's.
        this.#arrived = this.#arrived.length === 0 ? result.value : this.#arrived.concat(result.value)
        this.#give()
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#give()
      },
    )
  }

  #give(): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    if (this.#failure && this.#arrived.length === 0) return waiting.reject(this.#failure.error)
    waiting.resolve(this.#arrived)
    this.#given.push(...this.#arrivedFrom)
    this.#arrived = []
    this.#arrivedFrom = []
  }
}
