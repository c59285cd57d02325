import { type EventSource, LazyEvents, type ListenerError } from '@toolloop/client'
import type { RunEvent } from './events.ts'
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
  /** Ends the run as `aborted`: at once, whatever its tools do. */
  abort(reason?: unknown): void
  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void>
  /** Aborts what still runs, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>
}

export function runStream<Event extends { readonly type: string }, Output>(
  open: () => Promise<EventSource<Event, Result<Output>>>,
): RunStream<Event, Output> {
  const events = new LazyEvents(open, { noun: 'run', result: '.result' })
  const stream: RunStream<Event, Output> = {
    get result() {
      return events.result
    },
    on(type, listener) {
      events.on(type, listener)
      return stream
    },
    off(type, listener) {
      events.off(type, listener)
      return stream
    },
    abort: (reason) => events.abort(reason),
    [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => events[Symbol.asyncDispose](),
  }
  return stream
}
