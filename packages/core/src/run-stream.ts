import { type EventSource, LazyEvents, type ListenerError } from '@toolloop/client'
import type { RunEvent } from './events.ts'
import type { Result } from './result.ts'

/**
 * A run as a stream of events. Nothing happens until somebody looks: an iterator (once), or `.on` and `.result`, which
 * drain it. A consumer that pauses pauses the run: nothing new starts, what runs goes on; one that leaves aborts it.
 */
export class RunStream<Event extends { readonly type: string } = RunEvent, Output = string>
  implements AsyncIterable<Event | ListenerError>, AsyncDisposable
{
  readonly #events: LazyEvents<Event, Result<Output>>

  constructor(open: () => Promise<EventSource<Event, Result<Output>>>) {
    this.#events = new LazyEvents(open, { noun: 'run', result: '.result' })
  }

  /** How the run ended. Rejects only when it could not be started. Reading it starts the run, unless an iterator does. */
  get result(): Promise<Result<Output>> {
    return this.#events.result
  }

  /** Calls `listener` with each event of a type from now on; what it throws becomes a `listener.error` event. */
  on<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this {
    this.#events.on(type, listener)
    return this
  }

  off<Type extends Event['type']>(type: Type, listener: (event: Extract<Event, { type: Type }>) => void): this {
    this.#events.off(type, listener)
    return this
  }

  /** Ends the run as `aborted`: at once, whatever its tools do. */
  abort(reason?: unknown): void {
    this.#events.abort(reason)
  }

  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void> {
    return this.#events[Symbol.asyncIterator]()
  }

  /** Aborts what still runs, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#events[Symbol.asyncDispose]()
  }
}
