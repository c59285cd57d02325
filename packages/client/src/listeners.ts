// Listeners of a stream handle: they see events, and what they throw is an event too.
import { showOption, UsageError } from '@toolloop/wire'
import { EventEmitter } from 'eventemitter3'

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

/** Takes the event of the type it was registered for; the handle that forwards here types it. */
// oxlint-disable-next-line typescript/no-explicit-any -- `never` would be right, but eventemitter3 passes `any`
export type Listener = (event: any) => void

/** Names that error messages use for the handle. */
export interface HandleWords {
  /** E.g. `run`. */
  readonly noun: string
  /** The member that holds the result, e.g. `.result`. */
  readonly result: string
  /** The types of its events. With them, `.on` rejects others. */
  readonly types?: readonly string[] | undefined
}

/** The listeners of one handle, by type of event. */
export class Listeners {
  readonly #emitter: EventEmitter = new EventEmitter()
  readonly #guards = new WeakMap<Listener, Listener>()

  add(type: string, listener: Listener): void {
    this.#emitter.on(type, this.#guarded(listener))
  }

  addOnce(type: string, listener: Listener): void {
    this.#emitter.once(type, this.#guarded(listener))
  }

  remove(type: string, listener: Listener): void {
    this.#emitter.off(type, this.#guarded(listener))
  }

  /** Calls the listeners of the event's type. Returns what one of them threw, as an event; those behind it are not called. */
  emit(event: { readonly type: string }): ListenerError | undefined {
    try {
      this.#emitter.emit(event.type, event)
      return undefined
    } catch (error) {
      return event.type === 'listener.error' ? undefined : errorOf(event, error)
    }
  }

  /** Listeners are often async functions: a rejection is reported like a thrown error. */
  #guarded(listener: Listener): Listener {
    const known = this.#guards.get(listener)
    if (known) return known
    const guarded: Listener = (event: { readonly type: string }) => {
      const returned: unknown = listener(event)
      if (!(returned instanceof Promise)) return
      returned.catch((error: unknown) => {
        if (event.type !== 'listener.error') this.emit(errorOf(event, error))
      })
    }
    this.#guards.set(listener, guarded)
    return guarded
  }
}

const errorOf = ({ type }: { readonly type: string }, error: unknown): ListenerError => ({
  type: 'listener.error',
  event: type,
  error,
})

/** @throws UsageError for what is no function, for a type that does not exist, and after the end */
export function checkListener(
  { noun, result, types }: HandleWords,
  type: string,
  listener: unknown,
  hasEnded: boolean,
): void {
  if (typeof listener !== 'function')
    throw new UsageError(
      `A listener of \`${type}\` must be a function that takes the event, not ${showOption(listener)}.`,
    )
  if (types && !types.includes(type)) throw new UsageError(unknownType(noun, type, types))
  if (hasEnded)
    throw new UsageError(
      `This ${noun} has ended: a listener of \`${type}\` would receive no event. Register it right after the ${noun} is made, or use \`${result}\`.`,
    )
}

function unknownType(noun: string, type: string, types: readonly string[]): string {
  const near = types.filter((one) => one.startsWith(type) || type.startsWith(one) || one.endsWith(`.${type}`))
  const list = (near.length > 0 ? near : types).map((one) => `\`${one}\``).join(', ')
  return `A ${noun} has no event \`${type}\`. ${near.length > 0 ? 'There is' : 'There are'} ${list}.`
}
