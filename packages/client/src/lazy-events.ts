// Events that are produced only when a consumer reads them: the mechanism behind every stream handle.
import { UsageError } from '@toolloop/wire'
import {
  checkListener,
  type HandleWords,
  type Listener,
  type ListenerError,
  Listeners,
  type SourceFailure,
} from './listeners.ts'

/** An opened source: its events in batches, then its result. `abort` ends it soon, whatever it waits for. */
export interface EventSource<Event, Result> {
  next(): Promise<IteratorResult<readonly Event[], Result>>
  abort(reason: unknown): void
}

/**
 * A source is opened at the first `next()` of the iterator, or on a microtask after `.result` was read or `.on` was
 * called, which then drain it. It is iterated once. A consumer that pauses, pauses the source; one that leaves aborts it.
 */
export class LazyEvents<Event extends { readonly type: string }, Result>
  implements AsyncIterable<Event | ListenerError>, AsyncDisposable
{
  readonly #open: () => Promise<EventSource<Event, Result>>
  readonly #words: HandleWords
  readonly #result = Promise.withResolvers<Result>()
  #opened: Promise<EventSource<Event, Result>> | undefined
  #source: EventSource<Event, Result> | undefined
  /** The first answer, and whether a reader has it: `.started` requests it ahead of them. */
  #first: Promise<IteratorResult<readonly Event[], Result>> | undefined
  #taken = false
  #owner: 'none' | 'drain' | 'iterator' = 'none'
  #listeners: Listeners | undefined
  #scheduled = false
  #draining: Promise<void> | undefined
  #aborted: { readonly reason: unknown } | undefined
  #failed: { readonly error: unknown } | undefined
  #ended = false
  /** Batches pulled after an abort, until the iterator requests them. */
  readonly #rest: (readonly Event[])[] = []

  constructor(open: () => Promise<EventSource<Event, Result>>, words: HandleWords) {
    this.#open = open
    this.#words = words
    this.#result.promise.catch(() => {})
  }

  /** Reading this property opens the source, unless an iterator does. */
  get result(): Promise<Result> {
    this.#schedule()
    return this.#result.promise
  }

  /**
   * Settles with the first batch, which is kept for whoever reads; rejects with what prevented it. Reading it opens the
   * source, and nothing more: an iterator may still be opened.
   */
  get started(): Promise<void> {
    const started = this.#firstNext().then(() => {})
    started.catch(() => {})
    return started
  }

  /**
   * Calls `listener` with each event of a type from now on, as it is handed out. What it throws becomes a `listener.error`.
   * @throws UsageError for a type that does not exist, and after the end
   */
  on(type: string, listener: Listener): void {
    this.#openListeners(type, listener).add(type, listener)
    this.#schedule()
  }

  /** The same for the next event of a type only. */
  once(type: string, listener: Listener): void {
    this.#openListeners(type, listener).addOnce(type, listener)
    this.#schedule()
  }

  off(type: string, listener: Listener): void {
    this.#listeners?.remove(type, listener)
  }

  #openListeners(type: string, listener: unknown): Listeners {
    checkListener(this.#words, type, listener, this.#ended)
    return (this.#listeners ??= new Listeners())
  }

  /** Ends the source at once; one that is not opened yet ends before it sends anything. */
  abort(reason?: unknown): void {
    if (this.#aborted) return
    this.#aborted = { reason: reason ?? 'aborted' }
    if (this.#owner === 'drain') void this.#end()
    if (this.#owner === 'iterator') this.#draining = this.#drain((batch) => this.#rest.push(batch))
  }

  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void> {
    this.#takeOwnership()
    let batch: readonly (Event | ListenerError)[] = []
    let at = 0
    let waiting = 0
    let last: Promise<unknown> = Promise.resolve()
    const take = (): IteratorResult<Event | ListenerError, void> => {
      const event = batch[at++]!
      const problem = this.#listeners?.emit(event)
      if (problem) batch = batch.toSpliced(at, 0, problem)
      return { value: event, done: false }
    }
    const advance = async (): Promise<IteratorResult<Event | ListenerError, void>> => {
      try {
        while (at >= batch.length) {
          const next = this.#draining ? await this.#drained() : this.#passOn(await this.#next())
          if (!next && this.#failed) throw this.#failed.error // also when the drain failed first
          if (!next) return { value: undefined, done: true }
          batch = next
          at = 0
        }
        return take()
      } catch (error) {
        return this.#fail(error)
      } finally {
        waiting--
      }
    }
    return {
      next: () => {
        if (waiting === 0 && at < batch.length) return Promise.resolve(take())
        // Concurrent calls settle in order.
        const answer = waiting++ === 0 ? advance() : last.then(advance, advance)
        last = answer
        return answer
      },
      return: async () => {
        batch = []
        await this[Symbol.asyncDispose]()
        return { value: undefined, done: true }
      },
    }
  }

  /** Aborts a running source and waits for its end. An unread handle stays closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#aborted ??= { reason: 'The consumer left.' }
    if (this.#owner === 'iterator') {
      if (!this.#taken && !this.#first) return
      await (this.#draining ??= this.#drain(() => {}))
      this.#rest.length = 0
      return
    }
    if (!this.#scheduled && !this.#first) return
    if (this.#owner === 'none') this.#drainToListeners()
    await this.#end()
    await this.#draining
  }

  #takeOwnership(): void {
    const { noun, result } = this.#words
    if (this.#owner === 'iterator')
      throw new UsageError(
        `This ${noun} has a reader already. It is iterated once; further readers use \`.on(type, listener)\`.`,
      )
    if (this.#owner === 'drain')
      throw new UsageError(
        `This ${noun} has started: \`.on\` or \`${result}\` drain it. Start the iteration before any await.`,
      )
    this.#owner = 'iterator'
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      if (this.#owner === 'none') this.#drainToListeners()
    })
  }

  #drainToListeners(): void {
    this.#owner = 'drain'
    this.#draining = this.#drain((batch) => {
      for (const event of batch) {
        const problem = this.#listeners?.emit(event)
        if (problem) this.#listeners?.emit(problem)
      }
    })
  }

  /** For the iterator after an abort, when the drain pulls: two pullers would mix up the order. */
  async #drained(): Promise<readonly Event[] | undefined> {
    if (this.#rest.length === 0) await this.#draining
    return this.#rest.shift()
  }

  async #drain(take: (batch: readonly Event[]) => void): Promise<void> {
    try {
      await this.#end()
      for (let batch = await this.#pull(); batch; batch = await this.#pull()) take(batch)
    } catch {
      // The result rejects with the error.
    }
  }

  /** Forwards an abort to the source, also while a pull is pending. */
  async #end(): Promise<void> {
    if (!this.#aborted) return
    const { reason } = this.#aborted
    await this.#start().then(
      (source) => source.abort(reason),
      () => {},
    )
  }

  #start(): Promise<EventSource<Event, Result>> {
    return (this.#opened ??= this.#open())
  }

  async #pull(): Promise<readonly Event[] | undefined> {
    try {
      return this.#passOn(await this.#next())
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** Runs once per batch, so it creates no promise beside the source's own. */
  #next(): Promise<IteratorResult<readonly Event[], Result>> {
    if (!this.#taken) {
      this.#taken = true
      return this.#firstNext()
    }
    const source = this.#source
    if (!source) return this.#openedNext()
    if (this.#aborted) source.abort(this.#aborted.reason)
    return source.next()
  }

  #firstNext(): Promise<IteratorResult<readonly Event[], Result>> {
    return (this.#first ??= this.#openedNext())
  }

  async #openedNext(): Promise<IteratorResult<readonly Event[], Result>> {
    const source = (this.#source = await this.#start())
    if (this.#aborted) source.abort(this.#aborted.reason)
    return source.next()
  }

  #passOn({ done, value }: IteratorResult<readonly Event[], Result>): readonly Event[] | undefined {
    if (!done) return value
    this.#ended = true
    // A generator that has ended returns `undefined`; the result is resolved already.
    this.#result.resolve(value)
    return undefined
  }

  #fail(error: unknown): never {
    this.#ended = true
    if (!this.#failed && !this.#aborted) this.#listeners?.emit(failureOf(error))
    this.#failed ??= { error }
    this.#result.reject(error)
    throw error
  }
}

const failureOf = (error: unknown): SourceFailure => ({ type: 'error', error })
