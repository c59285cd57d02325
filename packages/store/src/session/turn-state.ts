// The state of one turn: a fold over its facts, on top of the messages before it.
import { type ApprovalRequest, apply, type Fact, initialState, messagesOf, type RunState } from '@toolloop/core'
import { adopt, branchesOf, pipelineAnswer, requestsOf, stageRequestsOf } from '@toolloop/core/machine'
import type { Message } from '@toolloop/wire'
import type { RunStatus } from '../log/run-store.ts'
import type { Turn } from './session-types.ts'

/** What the turns before one add up to. */
export interface Before {
  /** The messages that the turn continues. */
  readonly messages: readonly Message[]
  /** All messages, also those that were compacted. */
  readonly transcript: readonly Message[]
}

export const nothingBefore: Before = { messages: [], transcript: [] }

export class TurnState {
  readonly turn: number
  /** The turn that it continues; -1 for none. */
  readonly continues: number
  readonly before: Before
  readonly facts: Fact[] = []
  #state: RunState = initialState
  /** The state without compactions, once there was one. */
  #whole: RunState | undefined

  constructor(turn: number, continues: number, before: Before, facts: readonly Fact[]) {
    this.turn = turn
    this.continues = continues
    this.before = before
    this.push(facts)
  }

  push(facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.facts.push(fact)
      if (fact.type === 'messages.compact') this.#whole ??= this.#state
      else if (this.#whole) this.#whole = apply(this.#whole, fact)
      this.#state = apply(this.#state, fact)
    }
  }

  get state(): RunState {
    return this.#state
  }

  get messages(): readonly Message[] {
    return [...messagesOf(this.#state), ...this.#answer]
  }

  get transcript(): readonly Message[] {
    const own = messagesOf(this.#whole ?? this.#state).slice(this.before.messages.length)
    return [...this.before.transcript, ...own, ...this.#answer]
  }

  get requests(): readonly ApprovalRequest[] {
    const gates = this.#isPipeline && !this.#state.outcome ? stageRequestsOf(this.facts) : []
    return [...gates, ...requestsOf(this.#state), ...branchesOf(this.facts).requestsBelow('')]
  }

  get #isPipeline(): boolean {
    const [first] = this.facts
    return first?.type === 'run.start' && first.pipeline !== undefined
  }

  /** The output of a pipeline. An agent's answer is one of its messages. */
  get #answer(): Message[] {
    const content = this.#isPipeline ? pipelineAnswer(this.#state.outcome) : ''
    return content === '' ? [] : [{ role: 'assistant', content }]
  }

  /** `running`: whether its process lives is not known here. */
  get status(): RunStatus {
    const { outcome, status } = this.#state
    return outcome?.status ?? (status === 'paused' ? 'approval' : 'running')
  }

  /** What the turn after this one continues. */
  get after(): Before {
    // Marked as ours, so that the next run does not copy each of them.
    return { messages: this.messages.map(adopt), transcript: this.transcript }
  }

  summary(status: RunStatus): Turn {
    const first = this.facts[0]
    return Object.freeze({
      turn: this.turn,
      runId: first?.run ?? '',
      agent: first?.type === 'run.start' ? first.agent.name : '',
      status,
      startedAt: first?.at ?? 0,
      updatedAt: this.facts.at(-1)?.at ?? 0,
      at: this.before.transcript.length,
    })
  }
}
