// A live run whose batches of facts are taken one by one, by an engine that stores them.
import { randomUUID } from 'node:crypto'
import type { Decision, Delivery, Fact, RunEvent, RunLog, RunStream } from '@toolloop/core'
import { distribution, type Part, runnableBehind } from '@toolloop/core/machine'
import { UsageError, type UserMessage } from '@toolloop/wire'
import type { Start } from './command.ts'
import { type Offer, Offers } from './offers.ts'
import { type Distribute, distributorOver } from './parts.ts'

/** An agent or a pipeline, as far as an engine uses it. */
export interface AnyRunnable {
  readonly name: string
  stream(this: void, input: never, options: never): RunStream<RunEvent, unknown, unknown>
}

export interface JournaledRunOptions {
  readonly input: unknown
  readonly runId: string
  /** The facts that the engine has stored. None: a new run. */
  readonly past: readonly Fact[]
  /** Answers to the requests of a run that paused. */
  readonly decisions?: Readonly<Record<string, Decision>> | undefined
  readonly context?: unknown
  readonly budget?: Start['budget']
  /** Only this part of the run. */
  readonly part?: Part | undefined
  readonly distribute?: Distribute | undefined
  /** Called with each event in order: a fact when the run goes on with it, progress at once. What it throws is ignored. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
}

/** The same with the types of any input. */
interface Streaming {
  stream(input: unknown, options: unknown): RunStream<RunEvent, unknown, unknown>
}

/**
 * A run in this process whose facts are stored by an engine: `next()` returns a batch, again and again until `confirm()`
 * confirms that it is stored. A step, or a tool with effects, starts after its `step.start` or `tool.start` was confirmed, as
 * with any log; so a process that dies, or loses its run to another one, repeats nothing that another may have begun.
 */
export class JournaledRun {
  /** Tells its facts from those of the same run in another process. */
  readonly id: string = randomUUID()
  readonly #stream: RunStream<RunEvent, unknown, unknown>
  /** Appended by the run, and not taken. */
  readonly #offers = new Offers(() => this.#give())
  /** Taken, and not confirmed. */
  #taken: Offer | undefined
  #waiting: PromiseWithResolvers<readonly Fact[] | undefined> | undefined
  #end: { readonly error?: unknown } | undefined
  #broken: Error | undefined

  /** @throws UsageError for an invalid input */
  constructor(
    runnable: AnyRunnable,
    { past, input, runId, decisions, context, budget, part, distribute, onEvent }: JournaledRunOptions,
  ) {
    const log: RunLog = { load: () => past, append: (facts) => this.#append(facts) }
    const options = {
      context,
      ...(decisions ? { from: log, decisions } : { log, runId: part?.run ?? runId }),
      ...(budget !== undefined && { budget }),
      ...(distribute && { [distribution]: distributorOver(distribute, () => this.#broken !== undefined) }),
    }
    this.#stream = part
      ? runnableBehind(runnable).part(part).stream(options)
      : (runnable as Streaming).stream(decisions ? undefined : input, options)
    void this.#read(onEvent)
  }

  /**
   * The batch that is not confirmed, or the next one; `undefined` after the last. An engine may retry a step whose result
   * it could not store: it then gets the same batch.
   * @throws the error of a run that could not be started, and of `breakOff`
   */
  async next(): Promise<readonly Fact[] | undefined> {
    if (this.#broken) throw this.#broken
    if (this.#taken) return this.#taken.facts
    const facts = this.#take()
    if (facts) return facts
    if (this.#end && 'error' in this.#end) throw this.#end.error
    if (this.#end) return undefined
    this.#waiting ??= Promise.withResolvers()
    return await this.#waiting.promise
  }

  /** The batch that `next` returned is stored: the run goes on. */
  confirm(): void {
    this.#taken?.stored.resolve()
    this.#taken = undefined
  }

  steer(message: string | UserMessage): Promise<Delivery> {
    return this.#stream.steer(message)
  }

  followUp(message: string | UserMessage): Promise<Delivery> {
    return this.#stream.followUp(message)
  }

  /** Ends the run as `aborted`; its last facts are still to be taken. */
  abort(reason: string): void {
    this.#stream.abort(reason)
  }

  /** Stops the run where it is and stores nothing more: its engine goes on with it elsewhere. */
  breakOff(reason: string): void {
    this.#broken ??= new UsageError(`The run was broken off in this process: ${reason}`)
    for (const offers of [this.#taken?.stored, this.#offers]) offers?.reject(this.#broken)
    this.#waiting?.reject(this.#broken)
    this.#stream.abort(reason)
  }

  #append(facts: readonly Fact[]): void | Promise<void> {
    return this.#broken ? Promise.reject(this.#broken) : this.#offers.add(facts)
  }

  #take(): readonly Fact[] | undefined {
    this.#taken = this.#offers.take(this.#end !== undefined)
    return this.#taken?.facts
  }

  /** To the step that waits for a batch. */
  #give(): void {
    const waiting = this.#waiting
    if (!waiting) return
    const facts = this.#take()
    if (!facts) return
    this.#waiting = undefined
    waiting.resolve(facts)
  }

  async #read(onEvent: ((event: RunEvent) => void) | undefined): Promise<void> {
    try {
      for await (const event of this.#stream) {
        if (event.type === 'listener.error') continue
        try {
          onEvent?.(event)
        } catch {
          // Events are for display: a listener that fails does not change the run.
        }
      }
      await this.#stream.result
      this.#end = {}
      this.#give()
      this.#waiting?.resolve(undefined)
    } catch (error) {
      this.#end = { error }
      this.#give()
      this.#waiting?.reject(error)
    }
  }
}
