// A task that emits events: to listeners with positional arguments, to promises and to iterators.
import { APIUserAbortError, OpenAIError } from '../errors/errors.ts'
import { peerError } from '../errors/translation.ts'
import { BufferedEvents } from './buffered-events.ts'

export interface BaseEvents {
  connect: () => void
  error: (error: OpenAIError) => void
  abort: (error: APIUserAbortError) => void
  end: () => void
}

export type EventParameters<Events, Event extends keyof Events> = Events[Event] extends (...args: infer P) => unknown
  ? P
  : never

type Emitted<Parameters extends readonly unknown[]> = Parameters extends readonly []
  ? undefined
  : Parameters extends readonly [infer Only]
    ? Only
    : Parameters

type Listener = (...args: readonly unknown[]) => unknown
interface Registration {
  readonly listener: Listener
  readonly once: boolean
}

/**
 * It starts after the current turn, so that listeners can be registered first. It ends with `end`; a failure emits
 * `error` or `abort` before that. A failure without a listener that nothing awaits is an unhandled rejection.
 */
export class EventStream<Events extends BaseEvents> {
  controller: AbortController = new AbortController()
  /** Lists are replaced, never mutated, so a listener may add or remove listeners while a list is iterated. */
  readonly #listeners = new Map<PropertyKey, readonly Registration[]>()
  readonly #end = Promise.withResolvers<void>()
  readonly #buffers = new Set<BufferedEvents<unknown>>()
  #failure: { readonly error: Error; readonly event: 'error' | 'abort' } | undefined
  #ended = false
  #awaited = false
  #unlisten: (() => void)[] = []

  constructor() {
    this.#end.promise.catch(() => {})
  }

  /** It has succeeded, failed or been aborted. */
  get ended(): boolean {
    return this.#ended
  }

  get errored(): boolean {
    return this.#failure !== undefined
  }

  get aborted(): boolean {
    return this.#failure?.event === 'abort'
  }

  abort(): void {
    this.controller.abort()
  }

  /** Calls the listener with every event of this name from now on; the same one may be added several times. */
  on<Event extends keyof Events>(event: Event, listener: Events[Event]): this {
    return this.#add(event, { listener: listener as Listener, once: false })
  }

  /** Calls the listener with the next event only. */
  once<Event extends keyof Events>(event: Event, listener: Events[Event]): this {
    return this.#add(event, { listener: listener as Listener, once: true })
  }

  off<Event extends keyof Events>(event: Event, listener: Events[Event]): this {
    const list = this.#listeners.get(event) ?? []
    const at = list.findIndex((one) => one.listener === listener)
    if (at >= 0) this.#listeners.set(event, list.toSpliced(at, 1))
    return this
  }

  /** Resolves to the next event of this name; rejects if the stream fails first. */
  emitted<Event extends keyof Events>(event: Event): Promise<Emitted<EventParameters<Events, Event>>> {
    this.#awaited = true
    return new Promise((resolve, reject) => {
      const onEvent: Listener = (...args) => {
        this.off('error', onError)
        resolve((args.length > 1 ? args : args[0]) as Emitted<EventParameters<Events, Event>>)
      }
      const onError: Listener = (error) => {
        this.off(event, onEvent as Events[Event])
        reject(error)
      }
      if (event !== 'error') this.#add('error', { listener: onError, once: true })
      this.#add(event, { listener: onEvent, once: true })
    })
  }

  /** Iterates the events of this name, each as the list of its arguments. Throws if the stream fails. */
  events<Event extends keyof Events>(event: Event): AsyncIterableIterator<EventParameters<Events, Event>> {
    return this.buffered<EventParameters<Events, Event>>(
      (push) => {
        const listener: Listener = (...args) => push(args as unknown as EventParameters<Events, Event>)
        this.#add(event, { listener, once: false })
        return () => void this.off(event, listener as Events[Event])
      },
      { own: event === 'error' || event === 'abort' ? event : undefined },
    )
  }

  /** Resolves at the end; rejects with the failure. */
  async done(): Promise<void> {
    this.#awaited = true
    for (const buffer of this.#buffers) buffer.release()
    await this.#end.promise
  }

  /** @internal An iterator over what `attach` pushes. Failures of kind `own` are yielded, so they are not thrown. */
  buffered<Item>(
    attach: (push: (item: Item) => void) => () => void,
    { own, onReturn }: { own?: 'error' | 'abort' | undefined; onReturn?: () => void } = {},
  ): AsyncIterableIterator<Item> {
    const buffer = new BufferedEvents<Item>((left) => {
      detach()
      this.#buffers.delete(buffer as BufferedEvents<unknown>)
      if (left) onReturn?.()
    })
    const detach = attach((item) => buffer.push(item))
    this.#buffers.add(buffer as BufferedEvents<unknown>)
    const end = (): void => {
      const failure = this.#failure
      buffer.end(failure && failure.event !== own ? failure.error : undefined)
    }
    this.#awaited = true
    if (this.#ended) end()
    else this.#add('end', { listener: end, once: true })
    return buffer
  }

  /** @internal Pending while an iterator's buffer is full, unless a consumer awaits the end. */
  room(): Promise<void> | undefined {
    if (this.#buffers.size === 0) return undefined
    for (const buffer of this.#buffers) {
      const room = buffer.room()
      if (room) return room
    }
    return undefined
  }

  /** @internal */
  hasListeners(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.length ?? 0) > 0
  }

  /** @internal A listener that throws fails the stream. */
  emit<Event extends keyof Events>(event: Event, ...args: EventParameters<Events, Event>): void {
    if (!this.#ended) this.#call(event, args)
  }

  /** @internal */
  connected(): void {
    this.#call('connect', [])
  }

  /** @internal Aborts with this signal. */
  abortWith(signal: AbortSignal | null | undefined): void {
    if (!signal) return
    const abort = (): void => this.controller.abort(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    this.#unlisten.push(() => signal.removeEventListener('abort', abort))
  }

  /** @internal */
  throwIfAborted(): void {
    if (this.controller.signal.aborted) throw this.abortError()
  }

  /** @internal */
  abortError(): APIUserAbortError {
    const error = new APIUserAbortError()
    error.cause = this.controller.signal.reason
    return error
  }

  /** @internal Runs `work` after the current turn. */
  start(work: () => Promise<unknown>): void {
    soon(() => void this.#through(work))
  }

  /** @internal Emits the final events of a run that succeeded, before `end`. */
  emitFinal(): void {}

  async #through(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      this.emitFinal()
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#close()
  }

  #fail(cause: unknown): void {
    const error = this.#errorOf(cause)
    const event = error instanceof APIUserAbortError ? 'abort' : 'error'
    this.#failure = { error, event }
    this.#end.reject(error)
    const hasListener = this.hasListeners(event)
    try {
      this.#call(event, [error])
    } finally {
      if (!hasListener && !this.#awaited) void Promise.reject(error)
      this.#close()
    }
  }

  #errorOf(cause: unknown): OpenAIError {
    const error = peerError(cause)
    if (error instanceof OpenAIError) return error
    if (error instanceof Error && error.name === 'AbortError') return this.abortError()
    const wrapped = new OpenAIError(error instanceof Error ? error.message : String(error))
    wrapped.cause = error
    return wrapped
  }

  #close(): void {
    for (const unlisten of this.#unlisten.splice(0)) unlisten()
    this.#ended = true
    this.#end.resolve()
    this.#call('end', [])
  }

  #add(event: PropertyKey, registration: Registration): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), registration])
    return this
  }

  #call(event: PropertyKey, args: readonly unknown[]): void {
    const list = this.#listeners.get(event)
    if (list === undefined) return
    if (list.length === 1 && !list[0]!.once) return void list[0]!.listener(...args)
    if (list.some(({ once }) => once))
      this.#listeners.set(
        event,
        list.filter(({ once }) => !once),
      )
    for (const { listener } of list) listener(...args)
  }
}

/** Runs `work` after all microtasks of this turn; a timer would cost a millisecond. */
function soon(work: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (work: () => void) => unknown }
  if (setImmediate) setImmediate(work)
  else setTimeout(work, 0)
}
