import { type EventSource, LazyEvents, type ListenerError } from '@toolloop/client'
import { UsageError } from '@toolloop/wire'
import { eventTypes } from '../facts/event-types.ts'
import type { RunEvent } from '../facts/events.ts'
import type { Result } from './result.ts'

/**
 * A run as a stream of events. Nothing happens until somebody looks: an iterator (once), or `.on` and `.result`, which
 * drain it. A consumer that pauses pauses the run: nothing new starts, what runs goes on; one that leaves aborts it.
 * Any run's stream is a `RunStream<RunEvent, unknown>`.
 */
export interface RunStream<Event extends { readonly type: string } = RunEvent, Output = string>
  extends AsyncIterable<Event | ListenerError>, AsyncDisposable {
  /** How the run ended. Rejects only when it could not be started. Reading it starts the run, unless an iterator does. */
  readonly result: Promise<Result<Output>>
  /** Calls `listener` with each event of a type from now on; what it throws becomes a `listener.error` event. */
  on<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this
  off<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this
  /** Ends the run as `aborted`, within a second whatever its tools do. */
  abort(reason?: unknown): void
  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void>
  /** Aborts what still runs, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The handle of a run that `open` opens. A class, because an object made with a getter leaves a hidden class behind. */
export class OpenRunStream<Output> implements RunStream<RunEvent, Output> {
  readonly #events: LazyEvents<RunEvent, Result<Output>>

  constructor(open: () => Promise<EventSource<RunEvent, Result<Output>>>) {
    this.#events = new LazyEvents(open, { noun: 'run', result: '.result' })
  }

  get result(): Promise<Result<Output>> {
    return this.#events.result
  }

  on<Type extends RunEvent['type']>(type: Type, listener: (event: Extract<RunEvent, { type: Type }>) => void): this {
    checkListener(type, listener)
    this.#events.on(type, listener)
    return this
  }

  off<Type extends RunEvent['type']>(type: Type, listener: (event: Extract<RunEvent, { type: Type }>) => void): this {
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

/** A listener of a misspelt type would hear nothing. `error` is emitted when the run cannot start. */
function checkListener(type: unknown, listener: unknown): void {
  if (typeof listener !== 'function')
    throw new UsageError(
      `\`.on(${JSON.stringify(type)}, …)\` needs a function that takes the event, not ${JSON.stringify(listener) ?? 'undefined'}.`,
    )
  if (type === 'error' || eventTypes.includes(type as string)) return
  throw new UsageError(`A run has no event ${JSON.stringify(type)}; there are ${eventTypes.join(', ')}.`)
}
