import { type Clock, deepFreeze, type Message, type ModelMemory, type ModelRequest, UsageError } from '@toolloop/wire'
import type { Fact, Recorded } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import type { Progress } from '../facts/progress.ts'
import type { Scope } from './scope.ts'
import type { AgentSpec } from '../agent/spec.ts'
import type { Desk } from '../approval/desk.ts'
import type { RunState } from '../facts/state.ts'

/** The parameters of a `Run`. */
export interface RunSetup {
  readonly agent: AgentSpec
  readonly id: string
  readonly context: unknown
  /** Aborted by the caller, and when the run has ended. */
  readonly signal: AbortSignal
  readonly scope: Scope
  readonly clock: Clock
  /** A consumer reads the events: request a stream, emit progress. */
  readonly watched: boolean
  readonly state: RunState
  /** Collects decisions while the run waits. Without one the run pauses. */
  readonly desk?: Desk | undefined
  /** The number of the next fact. */
  readonly seq: number
}

/** The parts of a request that this process sent. */
export interface RequestParts {
  readonly rest: Omit<ModelRequest, 'messages'>
  readonly head: readonly Message[]
  /** The number of messages of the conversation that follow `head`. */
  readonly upTo: number
}

/** The abort reason when a run has ended by itself. Made once: making an error takes longer than a step. */
export const runHasEnded: UsageError = new UsageError('The run has ended.')

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** One run in this process: what tasks need beside the facts. */
export class Run {
  readonly agent: AgentSpec
  readonly id: string
  readonly context: unknown
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly watched: boolean
  /** The state as of the last logged batch. */
  state: RunState
  /** A write to the log is pending. If the run fails meanwhile, the log has failed. */
  writing = false
  /** The reader of the current answer. `cut` returns the fact that ends its step now. */
  reading: { cut(reason: 'connection' | 'abort'): Fact | undefined } | undefined
  /** The ids of earlier calls, and the number of messages already searched for them. */
  readonly seen: { readonly ids: Set<string>; upTo: number } = { ids: new Set(), upTo: 0 }
  /** The models that wrote the steps' messages, and the number of steps already read. */
  readonly authors: { readonly names: Map<Message, string>; upTo: number } = { names: new Map(), upTo: 0 }
  /** The instructions of the last request as a message. The same object is sent again while the text is the same. */
  system: Message | undefined
  /** Values that models cache about the conversation. */
  readonly memory: ModelMemory = new Map()
  /** The plan of the last request in this process; a `StepPlan`. */
  lastPlan: unknown
  /** By step. */
  readonly requests: RequestParts[] = []
  /** Typed answers by the text they were parsed from. */
  answers: Map<string, unknown> | undefined
  /** Collects decisions while the run waits. */
  readonly desk: Desk | undefined
  /** The time at which the loop noticed the abort. */
  abortedAt: number | undefined
  readonly #scope: Scope
  #seq: number
  /** The number of executing tools, and the callback for when it reaches zero. */
  #executing = 0
  #onIdle: (() => void) | undefined
  #onMessage: PromiseWithResolvers<void> | undefined

  constructor({ agent, id, context, signal, scope, clock, watched, state, desk, seq }: RunSetup) {
    this.agent = agent
    this.id = id
    this.context = context
    this.signal = signal
    this.clock = clock
    this.watched = watched
    this.state = state
    this.desk = desk
    desk?.serve(this)
    this.#scope = scope
    this.#seq = seq
  }

  /** Emits progress if a consumer reads the events. */
  emit(progress: Progress): void {
    if (this.watched) this.#scope.emit(progress)
  }

  /** Resolves when the message of the open step is complete, or the run is aborted. */
  untilMessage(): Promise<void> {
    this.#onMessage ??= Promise.withResolvers()
    this.signal.addEventListener('abort', () => this.messageComplete(), { once: true })
    return this.#onMessage.promise
  }

  /** Releases the tasks that wait for the message of the open step. */
  messageComplete(): void {
    this.#onMessage?.resolve()
    this.#onMessage = undefined
  }

  /** Counts a tool that begins to execute. */
  enter(): void {
    this.#executing++
  }

  /** Counts a tool whose result is known or no longer awaited. */
  leave(): void {
    if (--this.#executing === 0) this.#onIdle?.()
  }

  /** Resolves when no tool executes, after `ms` at the latest. */
  idle(ms: number): Promise<void> | undefined {
    if (this.#executing === 0) return undefined
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(resolve, ms)
      this.#onIdle = () => {
        this.clock.clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Stamps facts and appends them to the log. `writing` stays set until the loop has applied them. */
  write(log: RunLog, facts: readonly Fact[]): void | Promise<void> {
    for (const fact of facts) this.stamp(fact)
    this.writing = true
    return log.append(facts)
  }

  /** Gives a fact its place in the log and freezes it. */
  stamp(fact: Mutable<Recorded>): void {
    fact.seq = this.#seq++
    fact.at = this.clock.now()
    fact.run = this.id
    deepFreeze(fact)
  }
}
