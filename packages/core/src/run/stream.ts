import { type EventSource, LazyEvents, type ListenerError, type SourceFailure } from '@toolloop/client'
import { eventTypes } from '../facts/event-types.ts'
import type { RunEvent } from '../facts/events.ts'
import type { Result } from './result.ts'

/** What listeners get: the events, and an `error` where the run cannot start. */
type Heard<Event> = Event | ListenerError | SourceFailure

/**
 * A run as a stream of events. It starts when a consumer reads it: an iterator (once), or `.on` and `.result`, which
 * drain it. A consumer that pauses pauses the run: nothing new starts, what runs goes on; one that leaves aborts it.
 * Any run's stream is a `RunStream<RunEvent, unknown>`.
 */
export interface RunStream<Event extends { readonly type: string } = RunEvent, Output = string>
  extends AsyncIterable<Event | ListenerError>, AsyncDisposable {
  /** How the run ended. Rejects only when it could not be started. Reading it starts the run, unless an iterator does. */
  readonly result: Promise<Result<Output>>
  /**
   * Calls `listener` with each event of a type from now on; what it throws becomes a `listener.error` event.
   * @throws UsageError for a type that does not exist, and after the end
   */
  on<Type extends Heard<Event>['type']>(
    type: Type,
    listener: (event: Extract<Heard<Event>, { readonly type: Type }>) => void,
  ): this
  /** The same for the next event of a type only. */
  once<Type extends Heard<Event>['type']>(
    type: Type,
    listener: (event: Extract<Heard<Event>, { readonly type: Type }>) => void,
  ): this
  off<Type extends Heard<Event>['type']>(
    type: Type,
    listener: (event: Extract<Heard<Event>, { readonly type: Type }>) => void,
  ): this
  /** Ends the run as `aborted`, within a second whatever its tools do. */
  abort(reason?: unknown): void
  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void>
  /** Aborts what still runs, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>
}

const listenedTypes: readonly string[] = [...eventTypes, 'error']

/** The handle of a run that `open` opens. A class, because an object made with a getter leaves a hidden class behind. */
export class OpenRunStream<Output> implements RunStream<RunEvent, Output> {
  readonly #events: LazyEvents<RunEvent, Result<Output>>

  constructor(open: () => Promise<EventSource<RunEvent, Result<Output>>>) {
    this.#events = new LazyEvents(open, { noun: 'run', result: '.result', types: listenedTypes })
  }

  get result(): Promise<Result<Output>> {
    return this.#events.result
  }

  on<Type extends Heard<RunEvent>['type']>(
    type: Type,
    listener: (event: Extract<Heard<RunEvent>, { readonly type: Type }>) => void,
  ): this {
    this.#events.on(type, listener)
    return this
  }

  once<Type extends Heard<RunEvent>['type']>(
    type: Type,
    listener: (event: Extract<Heard<RunEvent>, { readonly type: Type }>) => void,
  ): this {
    this.#events.once(type, listener)
    return this
  }

  off<Type extends Heard<RunEvent>['type']>(
    type: Type,
    listener: (event: Extract<Heard<RunEvent>, { readonly type: Type }>) => void,
  ): this {
    this.#events.off(type, listener)
    return this
  }

  abort(reason?: unknown): void {
    this.#events.abort(reason)
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent | ListenerError, void, void> {
    return this.#events[Symbol.asyncIterator]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#events[Symbol.asyncDispose]()
  }
}
