// The handle of a streamed answer: its events, and at the end the parsed completion.
import type { AnyArgs, CompletionBuilder, StreamEvent } from '@toolloop/stream'
import type { ResponseInfo } from '@toolloop/transport'
import type { Completion } from '@toolloop/wire'
import { type EventSource, LazyEvents } from './lazy-events.ts'
import type { ListenerError, SourceFailure } from './listeners.ts'
import type { ParsedCompletion } from './parsed.ts'

/**
 * An event of a streamed answer. `Parsed` is the type of its content, `Args` holds the types of arguments by the name of
 * their tool.
 */
export type CompletionEvent<Parsed = unknown, Args = AnyArgs> = StreamEvent<Parsed, Args> | ListenerError

/** What listeners get: the events, and the failure that the iterator and `.final()` throw. */
type Emitted<Parsed, Args> = CompletionEvent<Parsed, Args> | SourceFailure

const eventTypes = Object.keys({
  chunk: true,
  'content.delta': true,
  'content.done': true,
  'refusal.delta': true,
  'refusal.done': true,
  'reasoning.delta': true,
  'reasoning.done': true,
  'tool_calls.function.arguments.delta': true,
  'tool_calls.function.arguments.done': true,
  'tool_calls.custom.input.delta': true,
  'tool_calls.custom.input.done': true,
  'call.sealed': true,
  'logprobs.content.delta': true,
  'logprobs.content.done': true,
  'logprobs.refusal.delta': true,
  'logprobs.refusal.done': true,
  'audio.delta': true,
  'audio.done': true,
  usage: true,
  'listener.error': true,
  error: true,
} satisfies Record<Emitted<unknown, AnyArgs>['type'], true>)

/** A streamed answer before and while it is read. */
export interface StreamedAnswer<Parsed, Args = AnyArgs> {
  readonly builder: CompletionBuilder<Parsed, Args>
  readonly response: () => ResponseInfo | undefined
  readonly open: () => Promise<EventSource<StreamEvent<Parsed, Args>, Completion>>
  readonly read: (completion: Completion) => Promise<ParsedCompletion<unknown, unknown>>
}

/**
 * One streamed answer. The request is sent when a consumer reads it: at the first step of the iteration (it is iterated
 * once), or on a microtask after a call of `.on`, `.once` or `.final()`, which then drain it. A consumer that pauses
 * slows the server down; one that leaves closes the socket. An unread handle sends nothing.
 */
export class CompletionStream<Parsed = unknown, Final = ParsedCompletion, Args = AnyArgs>
  implements AsyncIterable<CompletionEvent<Parsed, Args>>, AsyncDisposable
{
  readonly #answer: StreamedAnswer<Parsed, Args>
  readonly #events: LazyEvents<StreamEvent<Parsed, Args>, Completion>
  #final: Promise<Final> | undefined

  /** @internal Made by `client.chat.completions.stream`. */
  constructor(answer: StreamedAnswer<Parsed, Args>) {
    this.#answer = answer
    this.#events = new LazyEvents(answer.open, { noun: 'stream', result: '.final()', types: eventTypes })
  }

  /**
   * The completion so far, a copy at every call; `undefined` before the first chunk. It includes
   * all chunks of the last read, so it may be ahead of the current event.
   */
  get snapshot(): Completion | undefined {
    const completion = this.#answer.builder.snapshot()
    return completion.choices.length > 0 || completion.id !== '' ? completion : undefined
  }

  /** The HTTP response of the latest attempt; `undefined` before it began. */
  get response(): ResponseInfo | undefined {
    return this.#answer.response()
  }

  /**
   * The whole answer, parsed as by `parse`. Sends the request, unless an iterator does; then it settles when that ends.
   * @throws what `parse` throws; `snapshotOf(error)` is the completion so far
   */
  final(): Promise<Final> {
    this.#final ??= this.#events.result.then((completion) => this.#answer.read(completion) as Promise<Final>)
    this.#final.catch(() => {})
    return this.#final
  }

  /**
   * Calls `listener` with each event of a type from now on. The stream does not wait for it; what it throws
   * becomes a `listener.error` event.
   * @throws UsageError for a type that does not exist, and after the end
   */
  on<Type extends Emitted<Parsed, Args>['type']>(
    type: Type,
    listener: (event: Extract<Emitted<Parsed, Args>, { readonly type: Type }>) => void,
  ): this {
    this.#events.on(type, listener)
    return this
  }

  /** The same for the next event of a type only. */
  once<Type extends Emitted<Parsed, Args>['type']>(
    type: Type,
    listener: (event: Extract<Emitted<Parsed, Args>, { readonly type: Type }>) => void,
  ): this {
    this.#events.once(type, listener)
    return this
  }

  off<Type extends Emitted<Parsed, Args>['type']>(
    type: Type,
    listener: (event: Extract<Emitted<Parsed, Args>, { readonly type: Type }>) => void,
  ): this {
    this.#events.off(type, listener)
    return this
  }

  /** Aborts the request; the iterator and `.final()` throw an `APIUserAbortError`. */
  abort(reason?: unknown): void {
    this.#events.abort(reason)
  }

  [Symbol.asyncIterator](): AsyncIterator<CompletionEvent<Parsed, Args>, void, void> {
    return this.#events[Symbol.asyncIterator]()
  }

  /** Closes the socket, if one is open. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#events[Symbol.asyncDispose]()
  }
}
