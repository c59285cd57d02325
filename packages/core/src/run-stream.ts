import { EventEmitter } from 'eventemitter3'
import { UsageError } from '@toolloop/wire'
import type { RunEvent } from './events.ts'
import type { Batch } from './loop.ts'
import type { Result } from './result.ts'

/** A run that was opened: its events in batches, at last its result. */
export interface OpenRun<Output> {
  next(): Promise<IteratorResult<Batch, Result<Output>>>
  abort(reason: unknown): void
}

/**
 * A run as a stream of events. Nothing happens until somebody looks: an iterator (once), or `.on` and `.result`, which
 * drain it. A consumer that pauses pauses the run; one that leaves aborts it.
 */
export class RunStream<Event extends { readonly type: string } = RunEvent, Output = string>
  implements AsyncIterable<Event>, AsyncDisposable
{
  readonly #open: () => Promise<OpenRun<Output>>
  readonly #result = Promise.withResolvers<Result<Output>>()
  #opened: Promise<OpenRun<Output>> | undefined
  #run: OpenRun<Output> | undefined
  #owner: 'nobody' | 'drain' | 'iterator' = 'nobody'
  #emitter: EventEmitter | undefined
  #scheduled = false
  #aborted: { readonly reason: unknown } | undefined
  /** What was pulled after an abort, for an iterator that has not come back yet. */
  readonly #rest: Batch[] = []

  constructor(open: () => Promise<OpenRun<Output>>) {
    this.#open = open
    this.#result.promise.catch(() => {})
  }

  /** How the run ended. Rejects only when it could not be started. Reading it starts the run, unless an iterator does. */
  get result(): Promise<Result<Output>> {
    this.#schedule()
    return this.#result.promise
  }

  /** Calls `listener` with each event of a type from now on; what it throws becomes a `listener.error` event. */
  on<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this {
    this.#emitter ??= new EventEmitter()
    this.#emitter.on(type, listener)
    this.#schedule()
    return this
  }

  off<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this {
    this.#emitter?.off(type, listener)
    return this
  }

  /** Ends the run as `aborted`: at once, whatever its tools do. */
  abort(reason?: unknown): void {
    if (this.#aborted) return
    this.#aborted = { reason: reason ?? 'aborted' }
    if (this.#owner === 'nobody' && !this.#scheduled) return
    void this.#drain((batch) => this.#rest.push(batch))
  }

  [Symbol.asyncIterator](): AsyncIterator<Event, void, void> {
    if (this.#owner === 'iterator')
      throw new UsageError(
        'This run is read already. A stream is iterated once; further readers use `.on(type, listener)`.',
      )
    if (this.#owner === 'drain')
      throw new UsageError(
        'This run has started: `.on` or `.result` drain it. Open the iterator before anything is awaited.',
      )
    this.#owner = 'iterator'
    let batch: Batch = []
    let at = 0
    const take = (): IteratorResult<Event, void> => {
      const event = batch[at++] as Event & RunEvent
      const problem = this.#emit(event)
      if (problem) batch = batch.toSpliced(at, 0, problem)
      return { value: event, done: false }
    }
    const more = async (): Promise<IteratorResult<Event, void>> => {
      const next = this.#rest.shift() ?? (await this.#pull()) ?? this.#rest.shift()
      if (!next) return { value: undefined, done: true }
      batch = next
      at = 0
      return take()
    }
    return {
      next: () => (at < batch.length ? Promise.resolve(take()) : more()),
      return: async () => {
        await this[Symbol.asyncDispose]()
        return { value: undefined, done: true }
      },
    }
  }

  /** Aborts what still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owner === 'nobody' && !this.#scheduled) return
    this.#aborted ??= { reason: 'The consumer left.' }
    await this.#drain(() => {})
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      if (this.#owner !== 'nobody') return
      this.#owner = 'drain'
      void this.#drain((batch) => {
        for (const event of batch) {
          const problem = this.#emit(event)
          if (problem) this.#emit(problem)
        }
      })
    })
  }

  async #drain(take: (batch: Batch) => void): Promise<void> {
    try {
      if (this.#aborted) (await this.#start()).abort(this.#aborted.reason)
      for (let batch = await this.#pull(); batch; batch = await this.#pull()) take(batch)
    } catch {
      // The result tells.
    }
  }

  #start(): Promise<OpenRun<Output>> {
    return (this.#opened ??= this.#open())
  }

  async #pull(): Promise<Batch | undefined> {
    try {
      const run = (this.#run ??= await this.#start())
      if (this.#aborted) run.abort(this.#aborted.reason)
      const { done, value } = await run.next()
      if (!done) return value
      if (value) this.#result.resolve(value)
      return undefined
    } catch (error) {
      this.#result.reject(error)
      throw error
    }
  }

  #emit(event: RunEvent | Event): RunEvent | undefined {
    if (!this.#emitter) return undefined
    try {
      this.#emitter.emit(event.type, event)
      return undefined
    } catch (error) {
      return event.type === 'listener.error' ? undefined : { type: 'listener.error', event: event.type, error }
    }
  }
}
