import { type Clock, deepFreeze, type Message, type ModelMemory, type ModelRequest, UsageError } from '@toolloop/wire'
import type { Fact, Recorded } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import type { Progress } from '../facts/progress.ts'
import type { Scope } from './scope.ts'
import type { AgentSpec } from '../agent/spec.ts'
import type { Desk } from '../approval/desk.ts'
import type { RunState } from '../facts/state.ts'

/** What a run is opened with. */
export interface RunSetup {
  readonly agent: AgentSpec
  readonly id: string
  readonly context: unknown
  /** Aborted by the caller, and when the run is over. */
  readonly signal: AbortSignal
  readonly scope: Scope
  readonly clock: Clock
  /** Somebody looks at the events: ask the model for a stream, tell progress. */
  readonly watched: boolean
  readonly state: RunState
  /** Who decides on requests while the run waits; without one it pauses. */
  readonly desk?: Desk | undefined
  /** The number of its next fact. */
  readonly seq: number
}

/** A request of one of this process's steps, as its parts. */
export interface RequestParts {
  readonly rest: Omit<ModelRequest, 'messages'>
  readonly head: readonly Message[]
  /** So many of the conversation's messages follow. */
  readonly upTo: number
}

/** The abort's reason when a run has ended by itself; made once, since making an error takes longer than a step. */
export const runIsOver: UsageError = new UsageError('The run is over.')

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
  /** A batch is on its way to the log. Where a run broke meanwhile, it was the log that failed. */
  writing = false
  /** The answer that is being read: it tells what its step would be if it ended now. */
  reading: { cut(reason: 'connection' | 'abort'): Fact | undefined } | undefined
  /** Ids of earlier calls, and how many messages were searched for them. */
  readonly seen: { readonly ids: Set<string>; upTo: number } = { ids: new Set(), upTo: 0 }
  /** The instructions of the last request, as a message: while they stay the same, so does the message. */
  system: Message | undefined
  /** What models keep of the conversation. */
  readonly memory: ModelMemory = new Map()
  /** The last request of this process, as the step that made it knows it. */
  lastPlan: unknown
  /** By step. */
  readonly requests: RequestParts[] = []
  /** Typed answers as their schema gave them, by the text they were read from. */
  answers: Map<string, unknown> | undefined
  /** Who decides on requests while the run waits. */
  readonly desk: Desk | undefined
  /** When the loop met the abort. */
  abortedAt: number | undefined
  readonly #scope: Scope
  #seq: number
  /** How many tools are executing, and who waits for the last of them. */
  #executing = 0
  #onIdle: (() => void) | undefined
  #onSaid: PromiseWithResolvers<void> | undefined

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

  /** Progress, for somebody who looks. */
  tell(progress: Progress): void {
    if (this.watched) this.#scope.tell(progress)
  }

  /** Until the message of the open step is complete, or the run is aborted. */
  untilSaid(): Promise<void> {
    this.#onSaid ??= Promise.withResolvers()
    this.signal.addEventListener('abort', () => this.said(), { once: true })
    return this.#onSaid.promise
  }

  /** The message of the open step is complete. */
  said(): void {
    this.#onSaid?.resolve()
    this.#onSaid = undefined
  }

  /** A tool begins to execute. */
  enter(): void {
    this.#executing++
  }

  /** A tool's result is known, or given up. */
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

  /** Stamps facts and gives them to the log; `writing` until its answer was taken. */
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
