// The journal of a run's workflow on Restate.
import { RestatePromise, type WorkflowContext } from '@restatedev/restate-sdk'
import type { Fact } from '@toolloop/core'
import { type Command, type Entry, isOfDecisions, type Journal, type Rejection } from '@toolloop/engine'
import { type Answer, batchState, type Head, promises, type StoredEntry } from './head.ts'
import type { ProgressAddress } from './progress-server.ts'

export interface RetryIntervals {
  readonly initialRetryInterval: number
  readonly maxRetryInterval: number
}

export interface JournalOptions {
  readonly agent: string
  readonly worker: ProgressAddress
  readonly retries: RetryIntervals
  /** The workflows that have a live run in this process: a worker that stops gives them time. */
  readonly live: Set<object>
  /** Resolves when what Restate had sent before has arrived. */
  readonly upToDate: () => Promise<void>
}

/** Milliseconds after which Restate may have given up a worker that it does not hear. */
const patience = 500

/** Every call on the context is made in the order of the workflow, so that a replay makes the same ones. */
export class RestateJournal implements Journal {
  readonly #context: WorkflowContext
  readonly #worker: ProgressAddress
  readonly #retries: RetryIntervals
  readonly #live: Set<object>
  readonly #upToDate: () => Promise<void>
  /** When the work of the step was done, on the machine's clock: it goes on while a process or a machine stands still. */
  #workedAt: number | undefined
  #head: Head
  #batch = 0
  #commands = 0
  #isPaused = false
  /** The step that is being recorded. */
  #step: RestatePromise<StoredEntry> | undefined
  #command: RestatePromise<Command> | undefined

  constructor(context: WorkflowContext, { agent, worker, retries, live, upToDate }: JournalOptions) {
    this.#context = context
    this.#worker = worker
    this.#retries = retries
    this.#live = live
    this.#upToDate = upToDate
    this.#head = { agent, resumed: 0 }
    this.#setHead({})
    context.request().attemptCompletedSignal.addEventListener('abort', () => live.delete(this), { once: true })
  }

  opened(): void {
    this.#live.add(this)
  }

  async step(name: string, work: () => Promise<Entry>): Promise<Entry | Command> {
    this.#step ??= this.#context.run(name, () => this.#worked(work), this.#retries)
    // Restate records which of the two was first. Native combinators cannot be replayed.
    const first = await RestatePromise.race([this.#step, this.#arriving()])
    if ('type' in first) return this.#taken(first)
    this.#step = undefined
    await this.#checkAttempt()
    const { url, token } = first.worker
    if (url !== this.#head.worker?.url || token !== this.#head.worker.token) this.#setHead({ worker: first.worker })
    return first
  }

  async #worked(work: () => Promise<Entry>): Promise<StoredEntry> {
    const entry = await work()
    this.#workedAt = Date.now()
    return { ...entry, worker: this.#worker }
  }

  /**
   * A worker that stood still after a step was recorded may have lost the run since: it must not start what the step
   * announces.
   * @throws when the attempt has ended
   */
  async #checkAttempt(): Promise<void> {
    const { attemptCompletedSignal } = this.#context.request()
    if (this.#workedAt !== undefined && Date.now() - this.#workedAt > patience) await this.#upToDate()
    this.#workedAt = undefined
    attemptCompletedSignal.throwIfAborted()
  }

  async command(): Promise<Command> {
    return this.#taken(await this.#arriving())
  }

  answered(number: number, rejection: Rejection | undefined): void {
    if (rejection && this.#isPaused && isOfDecisions(rejection)) {
      this.#setHead({ error: rejection })
      this.#live.delete(this)
    }
    this.#resolve(promises.answer(number), { rejection: rejection ?? null })
  }

  recorded(facts: readonly Fact[]): void {
    const last = facts.at(-1)
    const isPaused = last?.type === 'run.pause' && last.path === ''
    if (this.#isPaused) this.#setHead({ resumed: this.#head.resumed + 1, error: undefined })
    this.#context.set(batchState(this.#batch), facts)
    this.#resolve(promises.batch(this.#batch++), true)
    if (isPaused) {
      this.#resolve(promises.settled(this.#head.resumed), true)
      this.#live.delete(this)
    }
    this.#isPaused = isPaused
  }

  /** The workflow ends: readers and senders need not wait. */
  close(failure?: Rejection): void {
    this.#live.delete(this)
    if (failure) {
      this.#setHead({ error: failure, isFailed: true })
      this.#resolve(promises.batch(this.#batch), true)
    }
    // A paused run that fails has resolved it.
    if (!this.#isPaused) this.#resolve(promises.settled(this.#head.resumed), true)
    this.#resolve(promises.closed, true)
  }

  #arriving(): RestatePromise<Command> {
    return (this.#command ??= this.#context.promise<Command>(promises.command(this.#commands)).get())
  }

  #taken(command: Command): Command {
    this.#command = undefined
    this.#commands++
    return command
  }

  #setHead(changes: Partial<Head>): void {
    this.#head = { ...this.#head, ...changes }
    this.#context.set('head', this.#head)
  }

  #resolve(name: string, value: Answer | true): void {
    // Neither awaited nor caught: the SDK allows one pending `then` at a time, and the order of the journal is enough.
    void this.#context.promise<Answer | true>(name).resolve(value)
  }
}
