// Messages that a caller sends into a running run.
import type { UserMessage } from '@toolloop/wire'
import { messagesFrom } from '../agent/input.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import type { RunState } from '../facts/state.ts'
import { UsageError } from '@toolloop/wire'

/**
 * What became of a message to a running run. `delivered`: it is in the log, and the request of `step` is the first that
 * has it. Otherwise `reason` says how the run ended.
 */
export type Delivery =
  | { readonly delivered: true; readonly step: number }
  | { readonly delivered: false; readonly reason: string }

interface Letter {
  readonly fact: Fact
  readonly settle: (delivery: Delivery) => void
}

/** Puts letters into the batches of a run. */
export interface Mail {
  /** The batch with the letters that can be logged with it. */
  deliver(batch: RunEvent[], state: RunState): RunEvent[]
  /** The batch is logged; `state` is the state after it. */
  logged(state: RunState): void
}

/** Holds a run's letters until they are logged, or the run has ended. */
export class Mailbox implements Mail {
  readonly #steers: Letter[] = []
  readonly #followUps: Letter[] = []
  /** The letters of the batch that is being logged. */
  #sent: Letter[] = []
  #wake: (() => void) | undefined
  #closed: string | undefined

  /** The run starts. `wake` makes the loop take a batch. */
  open(wake: () => void): void {
    this.#wake = wake
    if (this.#steers.length > 0) wake()
  }

  /** For the next request. @throws UsageError for a message that is not the user's */
  steer(message: string | UserMessage): Promise<Delivery> {
    return this.#post(this.#steers, message, 'steer')
  }

  /** For the moment when the run would end as `done` or `stopped`. @throws UsageError as `steer` does */
  followUp(message: string | UserMessage): Promise<Delivery> {
    return this.#post(this.#followUps, message, 'followUp')
  }

  #post(queue: Letter[], message: string | UserMessage, origin: 'steer' | 'followUp'): Promise<Delivery> {
    const [own] = messagesFrom(message)
    if (own?.role !== 'user')
      throw new UsageError(
        `\`stream.${origin}\` takes a text or a user message, not a message of role ${JSON.stringify(own?.role)}.`,
      )
    if (this.#closed !== undefined) return Promise.resolve({ delivered: false, reason: this.#closed })
    const { promise, resolve } = Promise.withResolvers<Delivery>()
    queue.push({ fact: fact({ type: 'message.add', origin, message: own }), settle: resolve })
    if (origin === 'steer') this.#wake?.()
    return promise
  }

  /**
   * A message joins behind a step that is open, so that no request lacks a message that stands before its answer. Where the
   * run would end as `done` or `stopped`, the message takes the place of the end.
   */
  deliver(batch: RunEvent[], state: RunState): RunEvent[] {
    if (this.#steers.length + this.#followUps.length === 0) return batch
    const end = batch.find((event) => event.type === 'run.done' && event.path === '')
    if (end) return this.#inPlaceOf(end, batch)
    const canJoin = state.open || batch.some((event) => event.type === 'step.start' && event.path === '')
    return canJoin && this.#steers.length > 0 ? joined(batch, this.#send(this.#steers)) : batch
  }

  #inPlaceOf(end: RunEvent, batch: RunEvent[]): RunEvent[] {
    if (end.type !== 'run.done' || !mayGoOn(end.outcome.status)) return batch
    const letters = this.#steers.length > 0 ? this.#send(this.#steers) : this.#send(this.#followUps, 1)
    return [...batch.filter((event) => event !== end && event.type !== 'run.done'), ...letters]
  }

  #send(queue: Letter[], count = queue.length): Fact[] {
    const letters = queue.splice(0, count)
    this.#sent.push(...letters)
    return letters.map((letter) => letter.fact)
  }

  logged({ open, step }: RunState): void {
    if (this.#sent.length === 0) return
    for (const { settle } of this.#sent) settle({ delivered: true, step: open ? step + 1 : step })
    this.#sent = []
  }

  /** The run has ended, or will not start. */
  close(reason: string): void {
    this.#closed ??= reason
    for (const { settle } of [...this.#sent, ...this.#steers, ...this.#followUps])
      settle({ delivered: false, reason: this.#closed })
    this.#sent = []
    this.#steers.length = 0
    this.#followUps.length = 0
  }
}

/** Whether a message may take the place of this end. */
export const mayGoOn = (status: string): boolean => status === 'done' || status === 'stopped'

/** Adds messages to a batch. A pause stays last. */
export function joined(batch: readonly RunEvent[], letters: readonly Fact[]): RunEvent[] {
  const pause = batch.filter((event) => event.type === 'run.pause')
  return [...batch.filter((event) => event.type !== 'run.pause'), ...letters, ...pause]
}
