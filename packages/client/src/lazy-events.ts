// Events that flow when somebody looks: the one mechanism behind every stream handle.
import { UsageError } from '@toolloop/wire'
import { EventEmitter } from 'eventemitter3'

/** What was opened: its events in batches, then its result. `abort` ends it soon, whatever it waits for. */
export interface EventSource<Event, Result> {
  next(): Promise<IteratorResult<readonly Event[], Result>>
  abort(reason: unknown): void
}

/** A listener threw. The source goes on; only listeners of this type and the iterator get this event. */
export interface ListenerError {
  readonly type: 'listener.error'
  /** The type of event it was called with. */
  readonly event: string
  readonly error: unknown
}

/** The source failed. For listeners only: the iterator and the result throw the error. */
export interface SourceFailure {
  readonly type: 'error'
  readonly error: unknown
}

/** Takes the event of the type it was registered for; the handle that forwards here has checked that. */
// oxlint-disable-next-line typescript/no-explicit-any -- `never` would be right, but eventemitter3 passes `any`
export type Listener = (event: any) => void

/** How errors speak of the handle. */
export interface HandleWords {
  /** E.g. `run`. */
  readonly noun: string
  /** The member that holds the result, e.g. `.result`. */
  readonly result: string
  /** The types of its events. Given, `.on` refuses others. */
  readonly types?: readonly string[] | undefined
}

/**
 * A source is opened at the first `next()` of the iterator, or on a microtask after `.result` was read or `.on` was
 * called, which then drain it. It is iterated once. A consumer that pauses pauses the source; one that leaves aborts it.
 */
export class LazyEvents<Event extends { readonly type: string }, Result>
  implements AsyncIterable<Event | ListenerError>, AsyncDisposable
{
  readonly #open: () => Promise<EventSource<Event, Result>>
  readonly #words: HandleWords
  readonly #result = Promise.withResolvers<Result>()
  #opened: Promise<EventSource<Event, Result>> | undefined
  #source: EventSource<Event, Result> | undefined
  /** The first answer, and whether a reader has it: `.started` asks ahead of them. */
  #first: Promise<IteratorResult<readonly Event[], Result>> | undefined
  #taken = false
  #owner: 'nobody' | 'drain' | 'iterator' = 'nobody'
  #emitter: EventEmitter | undefined
  #listeners: WeakMap<Listener, Listener> | undefined
  #scheduled = false
  #draining: Promise<void> | undefined
  #aborted: { readonly reason: unknown } | undefined
  #failed: { readonly error: unknown } | undefined
  #ended = false
  /** What was pulled after an abort, for an iterator that has not come back yet. */
  readonly #rest: (readonly Event[])[] = []

  constructor(open: () => Promise<EventSource<Event, Result>>, words: HandleWords) {
    this.#open = open
    this.#words = words
    this.#result.promise.catch(() => {})
  }

  /** Reading it opens the source, unless an iterator does. */
  get result(): Promise<Result> {
    this.#schedule()
    return this.#result.promise
  }

  /**
   * Settles with the first batch, which is kept for whoever reads; rejects with what prevented it. Reading it opens the
   * source, and nothing more: an iterator may still be opened.
   */
  get started(): Promise<void> {
    const started = this.#firstAnswer().then(() => {})
    started.catch(() => {})
    return started
  }

  /**
   * Calls `listener` with each event of a type from now on, as it is handed out. What it throws becomes a `listener.error`.
   * @throws UsageError for a type that does not exist, and after the end
   */
  on(type: string, listener: Listener): void {
    this.#listening(type).on(type, this.#guarded(listener))
    this.#schedule()
  }

  /** The same for the next event of a type only. */
  once(type: string, listener: Listener): void {
    this.#listening(type).once(type, this.#guarded(listener))
    this.#schedule()
  }

  off(type: string, listener: Listener): void {
    this.#emitter?.off(type, this.#guarded(listener))
  }

  /** The emitter, where an event of this type may still come. */
  #listening(type: string): EventEmitter {
    const { noun, result, types } = this.#words
    if (types && !types.includes(type)) throw new UsageError(unknownType(noun, type, types))
    if (this.#ended)
      throw new UsageError(
        `This ${noun} has ended: no event comes any more. Call \`.on\` before it is read; \`${result}\` still holds the result.`,
      )
    return (this.#emitter ??= new EventEmitter())
  }

  /** Listeners are often async functions: what one rejects with is told like what one throws. */
  #guarded(listener: Listener): Listener {
    const known = this.#listeners?.get(listener)
    if (known) return known
    const guarded: Listener = (event: { readonly type: string }) => {
      const returned: unknown = listener(event)
      if (!(returned instanceof Promise)) return
      returned.catch((error: unknown) => {
        if (event.type !== 'listener.error') this.#emit({ type: 'listener.error', event: event.type, error })
      })
    }
    this.#listeners ??= new WeakMap()
    this.#listeners.set(listener, guarded)
    return guarded
  }

  /** Ends it: at once where it runs, and before it sends anything where it does not. */
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
      const problem = this.#emitter && this.#emit(event)
      if (problem) batch = batch.toSpliced(at, 0, problem)
      return { value: event, done: false }
    }
    const advance = async (): Promise<IteratorResult<Event | ListenerError, void>> => {
      try {
        while (at >= batch.length) {
          const next = this.#draining ? await this.#drained() : this.#passOn(await this.#ask())
          if (!next && this.#failed) throw this.#failed.error // also where a drain met it first
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
        // Calls that do not wait for each other are answered in their order.
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

  /** Aborts what still flows, and waits for its end. A handle nobody touched stays closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#aborted ??= { reason: 'The consumer left.' }
    if (this.#owner === 'iterator') {
      await (this.#draining ??= this.#drain(() => {}))
      this.#rest.length = 0
      return
    }
    if (!this.#scheduled && !this.#first) return
    if (this.#owner === 'nobody') this.#drainToListeners()
    await this.#end()
    await this.#draining
  }

  #takeOwnership(): void {
    const { noun, result } = this.#words
    if (this.#owner === 'iterator')
      throw new UsageError(
        `This ${noun} is read already. A stream is iterated once; further readers use \`.on(type, listener)\`.`,
      )
    if (this.#owner === 'drain')
      throw new UsageError(
        `This ${noun} has started: \`.on\` or \`${result}\` drain it. Open the iterator before anything is awaited.`,
      )
    this.#owner = 'iterator'
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      if (this.#owner === 'nobody') this.#drainToListeners()
    })
  }

  #drainToListeners(): void {
    this.#owner = 'drain'
    this.#draining = this.#drain((batch) => {
      for (const event of batch) {
        const problem = this.#emit(event)
        if (problem) this.#emit(problem)
      }
    })
  }

  /** For the iterator, once it does not pull itself any more: two that pull would mix up the order. */
  async #drained(): Promise<readonly Event[] | undefined> {
    if (this.#rest.length === 0) await this.#draining
    return this.#rest.shift()
  }

  async #drain(take: (batch: readonly Event[]) => void): Promise<void> {
    try {
      await this.#end()
      for (let batch = await this.#pull(); batch; batch = await this.#pull()) take(batch)
    } catch {
      // The result tells.
    }
  }

  /** Passes an abort on, whether or not something is being waited for. */
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
      return this.#passOn(await this.#ask())
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** Passed once per batch: no promise but the source's own. */
  #ask(): Promise<IteratorResult<readonly Event[], Result>> {
    if (!this.#taken) {
      this.#taken = true
      return this.#firstAnswer()
    }
    const source = this.#source
    if (!source) return this.#askOpened()
    if (this.#aborted) source.abort(this.#aborted.reason)
    return source.next()
  }

  #firstAnswer(): Promise<IteratorResult<readonly Event[], Result>> {
    return (this.#first ??= this.#askOpened())
  }

  async #askOpened(): Promise<IteratorResult<readonly Event[], Result>> {
    const source = (this.#source = await this.#start())
    if (this.#aborted) source.abort(this.#aborted.reason)
    return source.next()
  }

  #passOn({ done, value }: IteratorResult<readonly Event[], Result>): readonly Event[] | undefined {
    if (!done) return value
    this.#ended = true
    // A generator that has ended answers `undefined`, and the result is there already.
    this.#result.resolve(value)
    return undefined
  }

  #fail(error: unknown): never {
    this.#ended = true
    if (!this.#failed && !this.#aborted) this.#emit({ type: 'error', error })
    this.#failed ??= { error }
    this.#result.reject(error)
    throw error
  }

  #emit(event: Event | ListenerError | SourceFailure): ListenerError | undefined {
    if (!this.#emitter) return undefined
    try {
      this.#emitter.emit(event.type, event)
      return undefined
    } catch (error) {
      return event.type === 'listener.error' ? undefined : { type: 'listener.error', event: event.type, error }
    }
  }
}

function unknownType(noun: string, type: string, types: readonly string[]): string {
  const near = types.filter((one) => one.startsWith(type) || type.startsWith(one) || one.endsWith(`.${type}`))
  const list = (near.length > 0 ? near : types).map((one) => `\`${one}\``).join(', ')
  return `A ${noun} has no event \`${type}\`. ${near.length > 0 ? 'There is' : 'There are'} ${list}.`
}
