import type { Clock, Message, ModelMemory, ModelRequest } from '@toolloop/wire'
import type { AgentSpec, AnyTool } from '../agent/spec.ts'
import { type Team, teamOf } from '../agent/team.ts'
import type { Desk } from '../approval/desk.ts'
import type { Fact, FactOf } from '../facts/events.ts'
import type { Unmarked } from '../facts/progress.ts'
import type { RunState } from '../facts/state.ts'
import type { Level } from './level.ts'

/** The parts of a request that this process sent. */
export interface RequestParts {
  readonly rest: Omit<ModelRequest, 'messages'>
  readonly head: readonly Message[]
  /** The number of messages of the conversation that follow `head`. */
  readonly upTo: number
  /** The conversation, where it was shortened since. */
  conversation?: readonly Message[]
}

/** What identifies the answer of a guardrail. */
export type CheckAbout = Pick<FactOf<'guardrail.done'>, 'guardrail' | 'on' | 'step' | 'callId' | 'inputs'>

/** One run of an agent in this process: what its tasks need beside the facts. */
export class Run {
  /** The agent that holds the run. */
  agent: AgentSpec
  /** The agent that was run; its `maxSteps` holds for all. */
  readonly root: AgentSpec
  /** The agents that may hold the run. */
  readonly team: Team
  /** Its place in the tree of runs, and what the loop needs. */
  readonly level: Level<RunState>
  /** The id of the run; for a run inside another one, with its path. */
  readonly id: string
  readonly path: string
  readonly context: unknown
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly watched: boolean
  /** The reader of the current answer. `cut` returns the fact that ends its step now. */
  reading: { cut(reason: 'connection' | 'abort' | 'budget'): Fact | undefined } | undefined
  /** The ids of earlier calls, and the number of messages already searched for them. */
  readonly seen: { readonly ids: Set<string>; upTo: number } = { ids: new Set(), upTo: 0 }
  /** The models that wrote the steps' messages, and the number of steps already read. */
  readonly authors: { readonly names: Map<Message, string>; upTo: number } = { names: new Map(), upTo: 0 }
  /** Reads `authors`, for models that are made of several. */
  authorOf: ((message: Message) => string | undefined) | undefined
  /** The instructions of the last request as a message. The same object is sent again while the text is the same. */
  system: Message | undefined
  /** The tools that `prepareStep` added to the open step; `undefined` until this process knows them. */
  added: ReadonlyMap<string, AnyTool> | undefined
  /** The answer of `prepareStep` to a resumed step, while `added` is not known. */
  addedAgain: Promise<ReadonlyMap<string, AnyTool>> | undefined
  /** Values that models cache about the conversation. */
  readonly memory: ModelMemory = new Map()
  /** The plan of the last request in this process; a `StepPlan`. */
  lastPlan: unknown
  /** By step. */
  readonly requests: RequestParts[] = []
  /** Estimated tokens of messages, for compactions. */
  counts: WeakMap<Message, number> | undefined
  /** Typed answers by the text they were parsed from. */
  answers: Map<string, unknown> | undefined
  /** What a guardrail answered in a recorded run, which is replayed. `undefined`: nothing. */
  recordedCheck: ((about: CheckAbout) => Promise<FactOf<'guardrail.done'> | undefined>) | undefined
  /** Collects decisions while the run waits. */
  readonly desk: Desk | undefined
  #onMessage: PromiseWithResolvers<void> | undefined

  constructor(agent: AgentSpec, level: Level<RunState>, team: Team = teamOf(agent)) {
    this.root = agent
    this.agent = team.get(level.state.holder) ?? agent
    this.team = team
    this.level = level
    this.id = level.id
    this.path = level.path
    this.context = level.context
    this.signal = level.signal
    this.clock = level.clock
    this.watched = level.watched
    this.desk = level.desk
    this.desk?.serve(this)
  }

  /** The state as of the last logged batch. */
  get state(): RunState {
    return this.level.state
  }

  /** Facts were applied: after a handoff the next step is another agent's. */
  follow({ holder }: RunState): void {
    if (holder === this.agent.name) return
    this.agent = this.team.get(holder) ?? this.agent
    this.answers = undefined // typed by the output of the agent before
  }

  /** A tool of the agent, or one that `prepareStep` added to the open step. */
  toolOf(name: string): AnyTool | undefined {
    return this.agent.tools.get(name) ?? this.added?.get(name)
  }

  /** Emits progress if a consumer reads the events. */
  emit(progress: Unmarked): void {
    this.level.emit(progress)
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
    this.level.enter()
  }

  /** Counts a tool whose result is known or no longer awaited. */
  leave(): void {
    this.level.leave()
  }
}
