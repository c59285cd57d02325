import { soon } from '../run/in-time.ts'
import type { Progress } from '../facts/progress.ts'
import type { Batch, Scope, Source } from '../run/scope.ts'

/** A task that has started and not ended. */
interface Live {
  readonly key: string
  readonly source: Source
  readonly eager: boolean
  hasReturned: boolean
}

/** The maximum number of queued progress events. Beyond it the oldest are dropped. */
const maxProgress = 1024

/**
 * Runs tasks in parallel in this process. Everything queued leaves as one batch. No task runs ahead of the log, and each
 * source has at most one batch queued. (A queue and not `Promise.race`, which would add a reaction to every long-running
 * tool for every event.)
 */
export class MemoryScope implements Scope {
  readonly #live = new Map<string, Live>()
  readonly #signal: AbortSignal
  #progress: Progress[] = []
  #arrived: Batch = []
  /** Tasks whose batch is in `#arrived`. */
  #arrivedFrom: Live[] = []
  /** Tasks whose batch has left: it is logged, or about to be. */
  #logging: Live[] = []
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<Batch> | undefined
  #due = false
  readonly #onAbort = (): void => this.#flush()

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  has(key: string): boolean {
    return this.#live.has(key)
  }

  /** `eager`: the task is resumed as soon as its batch is logged, before the consumer takes the batch. */
  start(key: string, source: Source, eager: boolean): void {
    const task = { key, source, eager, hasReturned: false }
    this.#live.set(key, task)
    this.#pull(task)
  }

  emit(progress: Progress): void {
    if (this.#progress.length === maxProgress) this.#progress.shift()
    this.#progress.push(progress)
    this.#flush()
  }

  logged(): void {
    if (this.#logging.length > 0) this.#resume((task) => task.eager)
  }

  next(): Promise<Batch> {
    const waiting = (this.#waiting = Promise.withResolvers<Batch>())
    this.#resume(() => true)
    // Counts tasks, not events: a task whose batch is empty must be resumed too.
    const some = this.#arrivedFrom.length > 0 || this.#progress.length > 0
    if (some || this.#failure || this.#live.size === 0 || this.#signal.aborted) this.#flush()
    return waiting.promise
  }

  arrived(): Batch {
    const arrived = this.#progress.length > 0 ? [...this.#progress, ...this.#arrived] : this.#arrived
    const from = this.#arrivedFrom
    this.#progress = []
    this.#arrived = []
    this.#arrivedFrom = []
    // A task that has returned stays in `#live` until its last batch leaves, so that the loop does not start it again.
    for (const task of from) {
      if (task.hasReturned) this.#live.delete(task.key)
      else this.#logging.push(task)
    }
    return arrived
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    for (const { source } of this.#live.values()) source.return().catch(() => {})
    this.#live.clear()
  }

  #resume(which: (task: Live) => boolean): void {
    const logging = this.#logging
    this.#logging = []
    for (const task of logging) {
      if (which(task)) this.#pull(task)
      else this.#logging.push(task)
    }
  }

  #pull(task: Live): void {
    task.source.next().then(
      ({ done, value }) => {
        task.hasReturned = done === true
        if (value) this.#arrive(task, value)
        else this.#end(task)
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#flush()
      },
    )
  }

  #arrive(task: Live, batch: Batch): void {
    this.#arrivedFrom.push(task)
    // Never appended in place: the array is the task's.
    this.#arrived = this.#arrived.length === 0 ? batch : this.#arrived.concat(batch)
    // Tools that start together tend to end together. Waiting a turn makes their facts one write. (Not worth it for two.)
    if (task.eager && this.#live.size > 2) this.#flushSoon()
    else this.#flush()
  }

  #flushSoon(): void {
    if (this.#due) return
    this.#due = true
    soon(() => {
      this.#due = false
      this.#flush()
    })
  }

  #end({ key }: Live): void {
    this.#live.delete(key)
    if (this.#live.size === 0) this.#flush()
  }

  #flush(): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    if (this.#failure && this.#arrived.length === 0) return waiting.reject(this.#failure.error)
    waiting.resolve(this.arrived())
  }
}
