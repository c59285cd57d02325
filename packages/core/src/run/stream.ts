import { type EventSource, LazyEvents, type ListenerError, type SourceFailure } from '@toolloop/client'
import { UsageError, type UserMessage } from '@toolloop/wire'
import type { Delivery, Mailbox } from '../control/mailbox.ts'
import type { Desk } from '../approval/desk.ts'
import { eventTypes } from '../facts/event-types.ts'
import type { Decision, RunEvent } from '../facts/events.ts'
import type { Result } from './result.ts'

/** What listeners get: the events, and an `error` where the run cannot start. */
type Heard<Event> = Event | ListenerError | SourceFailure

/**
 * A run as a stream of events. It starts when a consumer reads it: an iterator (once), or `.on` and `.result`, which
 * drain it. While the iterator's consumer pauses, no new task starts; running tasks continue. A consumer that stops
 * iterating aborts the run.
 * Any run's stream is a `RunStream<RunEvent, unknown>`.
 */
export interface RunStream<
  Event extends { readonly type: string } = RunEvent,
  Output = string,
  Outcome = Result<Output>,
>
  extends AsyncIterable<Event | ListenerError>, AsyncDisposable {
  /**
   * Resolves when the run's first fact is logged; rejects with the error that prevented it, so that a server can
   * respond with 400 or 409. Reading it starts the run only up to that fact: then read the stream, or dispose of it.
   */
  readonly started: Promise<void>
  /** How the run ended. Rejects only when it could not be started. Reading it starts the run, unless an iterator does. */
  readonly result: Promise<Outcome>
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
  /**
   * Consents to a call that waits, by the id of its request; `arguments` replace the model's. Needs `approvals: 'wait'`.
   * Resolves when the decision is accepted; it is logged before it takes effect.
   * @throws ApprovalError (as a rejection) for a request that does not wait, or arguments that the tool refuses
   */
  approve(id: string, edit?: { readonly arguments?: string | object }): Promise<void>
  /** Declines a call; the model reads the reason. */
  reject(id: string, reason?: string): Promise<void>
  /** Gives the result that the model reads; the tool is not executed. */
  answer(id: string, result: string): Promise<void>
  /** Answers a request of kind `input` with JSON: the tool is called again with it. */
  input(id: string, input: unknown): Promise<void>
  /**
   * Adds a user message to the running run, behind the current step's tool messages. Resolves when it is logged, with the
   * number of the step that reads it, or with the reason why not; never later than the run. Does not start the run.
   * @throws UsageError for a message that is not a text or a user message
   */
  steer(message: string | UserMessage): Promise<Delivery>
  /** The same at the moment when the run would end as `done` or `stopped`: it goes on with the message, one at a time. */
  followUp(message: string | UserMessage): Promise<Delivery>
  /** Ends the run as `aborted`, within a second whatever its tools do. */
  abort(reason?: unknown): void
  [Symbol.asyncIterator](): AsyncIterator<Event | ListenerError, void, void>
  /** Aborts the run if it has not ended, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>
}

const listenedTypes: readonly string[] = [...eventTypes, 'error']

/** The stream of a run. A class, because each object literal with a getter makes a hidden class of its own. */
export class OpenRunStream<Outcome> implements RunStream<RunEvent, unknown, Outcome> {
  readonly #events: LazyEvents<RunEvent, Outcome>

  readonly #desk: Desk | undefined
  readonly #mailbox: Mailbox | undefined

  constructor(open: () => Promise<EventSource<RunEvent, Outcome>>, desk: Desk | undefined, mailbox?: Mailbox) {
    this.#desk = desk
    this.#mailbox = mailbox
    this.#events = new LazyEvents(mailbox ? openWith(open, mailbox) : open, {
      noun: 'run',
      result: '.result',
      types: listenedTypes,
    })
  }

  get started(): Promise<void> {
    return this.#events.started
  }

  get result(): Promise<Outcome> {
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

  approve(id: string, edit: { readonly arguments?: string | object } = {}): Promise<void> {
    const edited = edit.arguments === undefined ? {} : { arguments: edit.arguments }
    return this.#decide(id, { approve: true, ...edited })
  }

  reject(id: string, reason?: string): Promise<void> {
    return this.#decide(id, { approve: false, ...(reason !== undefined && { reason }) })
  }

  answer(id: string, result: string): Promise<void> {
    return this.#decide(id, { result })
  }

  input(id: string, input: unknown): Promise<void> {
    return this.#decide(id, { input })
  }

  async #decide(id: string, decision: Decision): Promise<void> {
    if (!this.#desk) throw new UsageError("This run does not wait for decisions: stream it with `approvals: 'wait'`.")
    await this.#desk.decide(id, decision)
  }

  async steer(message: string | UserMessage): Promise<Delivery> {
    return (await this.#mailbox?.steer(message)) ?? noMail
  }

  async followUp(message: string | UserMessage): Promise<Delivery> {
    return (await this.#mailbox?.followUp(message)) ?? noMail
  }

  abort(reason?: unknown): void {
    this.#events.abort(reason)
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent | ListenerError, void, void> {
    return this.#events[Symbol.asyncIterator]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events[Symbol.asyncDispose]()
    this.#mailbox?.close('The run was left before it started.')
  }
}

const noMail: Delivery = { delivered: false, reason: 'This kind of run takes no messages.' }

function openWith<Source>(open: () => Promise<Source>, mailbox: Mailbox): () => Promise<Source> {
  return async () => {
    try {
      return await open()
    } catch (error) {
      mailbox.close('The run could not be started.')
      throw error
    }
  }
}
