import { soon } from './in-time.ts'
import type { Progress } from './progress.ts'
import type { Batch, Scope, Source } from './scope.ts'

/** A work, and whether it has said its last. */
interface Live {
  readonly key: string
  readonly source: Source
  readonly eager: boolean
  over: boolean
}

/** So much progress is kept for a consumer that does not take it; of more, the newest. */
const mostTold = 1024

/**
 * Runs works side by side in this process. All that has arrived leaves as one batch; nothing runs ahead of the log,
 * nothing piles up: a source has at most one batch waiting. (A queue and not `Promise.race`, which would keep a
 * reaction on every long-running tool for every event.)
 */
export class MemoryScope implements Scope {
  readonly #live = new Map<string, Live>()
  readonly #signal: AbortSignal
  #told: Progress[] = []
  #arrived: Batch = []
  /** Works whose batch lies in `#arrived`. */
  #arrivedFrom: Live[] = []
  /** Works whose batch has left: logged, or about to be. */
  #given: Live[] = []
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<Batch> | undefined
  #due = false
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
    const work = { key, source, eager, over: false }
    this.#live.set(key, work)
    this.#pull(work)
  }

  tell(progress: Progress): void {
    if (this.#told.length === mostTold) this.#told.shift()
    this.#told.push(progress)
    this.#give()
  }

  logged(): void {
    if (this.#given.length > 0) this.#resume((work) => work.eager)
  }

  next(): Promise<Batch> {
    const waiting = (this.#waiting = Promise.withResolvers<Batch>())
    this.#resume(() => true)
    // A work is asked for more once its batch has left, also where there was nothing in it.
    const some = this.#arrivedFrom.length > 0 || this.#told.length > 0
    if (some || this.#failure || this.#live.size === 0 || this.#signal.aborted) this.#give()
    return waiting.promise
  }

  arrived(): Batch {
    const arrived = this.#told.length > 0 ? [...this.#told, ...this.#arrived] : this.#arrived
    this.#told = []
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
    for (const work of given) {
      if (which(work)) this.#pull(work)
      else this.#given.push(work)
    }
  }

  #pull(work: Live): void {
    work.source.next().then(
      ({ done, value }) => {
        work.over = done === true
        if (value) this.#arrive(work, value)
        else this.#end(work)
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#give()
      },
    )
  }

  #arrive(work: Live, batch: Batch): void {
    this.#arrivedFrom.push(work)
    // Never added to in place: the array is the work's.
    this.#arrived = this.#arrived.length === 0 ? batch : this.#arrived.concat(batch)
    // Tools that were called together tend to end together: their facts are to be one write. (For two it is not worth it.)
    if (work.eager && this.#live.size > 2) this.#giveSoon()
    else this.#give()
  }

  #giveSoon(): void {
    if (this.#due) return
    this.#due = true
    soon(() => {
      this.#due = false
      this.#give()
    })
  }

  #end({ key }: Live): void {
    this.#live.delete(key)
    if (this.#live.size === 0) this.#give()
  }

  /** A work that is over lives until its last batch leaves: it must not be started again before that is logged. */
  #give(): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    if (this.#failure && this.#arrived.length === 0) return waiting.reject(this.#failure.error)
    const from = this.#arrivedFrom
    waiting.resolve(this.arrived())
    for (const work of from) {
      if (work.over) this.#live.delete(work.key)
      else this.#given.push(work)
    }
  }
}
