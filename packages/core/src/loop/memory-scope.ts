import { soon } from '../run/in-time.ts'
import type { Progress } from '../facts/progress.ts'
import type { Batch, Scope, Source } from '../run/scope.ts'

/** A task, and whether its source has returned. */
interface Live {
  readonly key: string
  readonly source: Source
  readonly eager: boolean
  over: boolean
}

/** So much progress is kept for a consumer that does not take it; of more, the newest. */
const mostTold = 1024

/**
 * Runs tasks side by side in this process. All that has arrived leaves as one batch; nothing runs ahead of the log,
 * nothing piles up: a source has at most one batch waiting. (A queue and not `Promise.race`, which would keep a
 * reaction on every long-running tool for every event.)
 */
export class MemoryScope implements Scope {
  readonly #live = new Map<string, Live>()
  readonly #signal: AbortSignal
  #told: Progress[] = []
  #arrived: Batch = []
  /** Tasks whose batch lies in `#arrived`. */
  #arrivedFrom: Live[] = []
  /** Tasks whose batch has left: logged, or about to be. */
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
    const task = { key, source, eager, over: false }
    this.#live.set(key, task)
    this.#pull(task)
  }

  tell(progress: Progress): void {
    if (this.#told.length === mostTold) this.#told.shift()
    this.#told.push(progress)
    this.#give()
  }

  logged(): void {
    if (this.#given.length > 0) this.#resume((task) => task.eager)
  }

  next(): Promise<Batch> {
    const waiting = (this.#waiting = Promise.withResolvers<Batch>())
    this.#resume(() => true)
    // A task is pulled again once its batch has left, also an empty one.
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

  #resume(which: (task: Live) => boolean): void {
    const given = this.#given
    this.#given = []
    for (const task of given) {
      if (which(task)) this.#pull(task)
      else this.#given.push(task)
    }
  }

  #pull(task: Live): void {
    task.source.next().then(
      ({ done, value }) => {
        task.over = done === true
        if (value) this.#arrive(task, value)
        else this.#end(task)
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#give()
      },
    )
  }

  #arrive(task: Live, batch: Batch): void {
    this.#arrivedFrom.push(task)
    // Never added to in place: the array is the task's.
    this.#arrived = this.#arrived.length === 0 ? batch : this.#arrived.concat(batch)
    // Tools that were called together tend to end together: their facts are to be one write. (For two it is not worth it.)
    if (task.eager && this.#live.size > 2) this.#giveSoon()
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

  /** A finished task lives until its last batch leaves: it must not be started again before that is logged. */
  #give(): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    if (this.#failure && this.#arrived.length === 0) return waiting.reject(this.#failure.error)
    const from = this.#arrivedFrom
    waiting.resolve(this.arrived())
    for (const task of from) {
      if (task.over) this.#live.delete(task.key)
      else this.#given.push(task)
    }
  }
}
