// The state of one turn: a fold over its facts, on top of the messages before it.
import { type ApprovalRequest, apply, type Fact, initialState, messagesOf, type RunState } from '@toolloop/core'
import { adopt, branchesOf, requestsOf } from '@toolloop/core/machine'
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
  readonly before: Before
  readonly facts: Fact[] = []
  #state: RunState = initialState
  /** The state without compactions, once there was one. */
  #whole: RunState | undefined

  constructor(turn: number, before: Before, facts: readonly Fact[]) {
    this.turn = turn
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
    return messagesOf(this.#state)
  }

  get transcript(): readonly Message[] {
    return this.before.transcript.concat(messagesOf(this.#whole ?? this.#state).slice(this.before.messages.length))
  }

  get requests(): readonly ApprovalRequest[] {
    return [...requestsOf(this.#state), ...branchesOf(this.facts).requestsBelow('')]
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
