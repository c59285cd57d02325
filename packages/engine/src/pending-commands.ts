// The commands that a run has taken, until recorded facts answer them.
import type { Decision, Fact } from '@toolloop/core'
import type { Command } from './command.ts'
import { endedRun, EngineError, type Rejection, rejectionOf } from './errors.ts'
import { checkMessage } from './message.ts'
import { checkDecisions, namesSameRequest, openRequests } from './requests.ts'

export type Decide = Extract<Command, { readonly type: 'decide' }>
export type Message = Extract<Command, { readonly message: unknown }>
type Abort = Extract<Command, { readonly type: 'abort' }>

interface Pending<One extends Command> {
  /** The commands of a run are numbered from 0, in the order in which it takes them. */
  readonly number: number
  readonly command: One
}

export interface PendingCommandsOptions {
  readonly runId: string
  /** All facts that the engine has recorded. The caller adds to them. */
  readonly facts: readonly Fact[]
  readonly takesMessages: boolean
  readonly answer: (number: number, rejection: Rejection | undefined) => void
}

/**
 * Answers each command once: a message when its `message.add` is recorded, decisions when the run was resumed with them, an
 * abort when the run has ended as `aborted`. What is left when the run has ended is rejected. Depends on the recorded
 * commands and facts only, so that every process gives the same answers in the same order.
 */
export class PendingCommands {
  readonly #options: PendingCommandsOptions
  #taken = 0
  #aborts: readonly Pending<Abort>[] = []
  #messages: readonly Pending<Message>[] = []
  /** Decisions that wait for the next pause, in order. */
  #kept: readonly Pending<Decide>[] = []
  /** Decisions with which the paused run is being resumed, also by another process. */
  #offered: readonly Pending<Decide>[] | undefined
  /** The run rejected several commands together: the first one is offered alone. */
  #isAlone = false

  constructor(options: PendingCommandsOptions) {
    this.#options = options
  }

  get abort(): Abort | undefined {
    return this.#aborts[0]?.command
  }

  /** A paused run has what it can be resumed with. */
  get canResume(): boolean {
    return this.#aborts.length > 0 || this.#kept.length > 0 || this.#offered !== undefined
  }

  /** The messages without a fact, in order: a live run that begins gets them all. */
  get messages(): readonly Message[] {
    return this.#messages.map(({ command }) => command)
  }

  /** The decisions of `offer`; `undefined` unless the paused run is being resumed. */
  get offered(): Readonly<Record<string, Decision>> | undefined {
    return this.#offered && decisionsOf(this.#offered)
  }

  /** `false`: the command was rejected. */
  take(command: Command): boolean {
    const number = this.#taken++
    switch (command.type) {
      case 'abort':
        this.#aborts = [...this.#aborts, { number, command }]
        return true
      case 'decide':
        this.#kept = [...this.#kept, { number, command }]
        // Those that arrive while the run is being resumed may decide the same requests: they are checked afterwards.
        if (!this.#offered) this.#checkKept()
        return true
      default:
        return this.#takeMessage(number, command)
    }
  }

  /** The paused run is resumed with the decisions that it keeps. Later ones wait until this resume is recorded or rejected. */
  offer(): void {
    if (this.#offered) return
    const open = openRequests(this.#options.facts)
    const chosen: Pending<Decide>[] = []
    for (const one of this.#kept) {
      const ids = chosen.flatMap(({ command }) => Object.keys(command.decisions))
      const repeats = Object.keys(one.command.decisions).some((id) =>
        ids.some((other) => namesSameRequest(open, id, other)),
      )
      if (!repeats && (chosen.length === 0 || !this.#isAlone)) chosen.push(one)
    }
    this.#offered = chosen
    this.#kept = this.#kept.filter((one) => !chosen.includes(one))
  }

  /** The facts were recorded. They are the last ones of all facts. */
  recorded(facts: readonly Fact[]): void {
    if (this.#offered) this.#isAlone = false
    for (const { number } of this.#offered ?? []) this.#options.answer(number, undefined)
    this.#offered = undefined
    for (const fact of facts) if (fact.path === '' && fact.type === 'message.add') this.#delivered(fact.origin)
    const last = facts.at(-1)
    if (last?.type === 'run.done' && last.path === '') this.#end(last.outcome.status)
    else this.#checkKept()
  }

  /** The paused run rejected the offered decisions: nothing is recorded. */
  rejected(rejection: Rejection): void {
    const offered = this.#offered ?? []
    this.#offered = undefined
    this.#isAlone = offered.length > 1
    if (this.#isAlone) this.#kept = [...offered, ...this.#kept]
    else for (const { number } of offered) this.#options.answer(number, rejection)
    this.#checkKept()
  }

  #takeMessage(number: number, command: Message): boolean {
    const { answer, takesMessages, runId } = this.#options
    const problem = takesMessages ? problemOf(command.message) : takesNone(runId)
    if (problem === undefined) this.#messages = [...this.#messages, { number, command }]
    else answer(number, rejectionOf(new EngineError('rejected', problem)))
    return problem === undefined
  }

  /** The messages of one kind are delivered in their order. */
  #delivered(origin: string): void {
    const first = this.#messages.find(({ command }) => command.type === origin)
    if (!first) return
    this.#messages = this.#messages.filter((one) => one !== first)
    this.#options.answer(first.number, undefined)
  }

  /** Rejects decisions on requests that are unknown, or not open any more. */
  #checkKept(): void {
    const { facts, answer } = this.#options
    this.#kept = this.#kept.filter(({ number, command }) => {
      try {
        checkDecisions(facts, command.decisions)
        return true
      } catch (error) {
        answer(number, rejectionOf(error as Error))
        return false
      }
    })
  }

  #end(status: string): void {
    const { answer, runId } = this.#options
    const left = [...this.#aborts, ...this.#messages, ...this.#kept]
    this.#aborts = this.#messages = this.#kept = []
    for (const { number, command } of left.toSorted((one, other) => one.number - other.number))
      answer(number, command.type === 'abort' && status === 'aborted' ? undefined : endedRun(runId))
  }
}

const decisionsOf = (all: readonly Pending<Decide>[]): Readonly<Record<string, Decision>> =>
  Object.assign({}, ...all.map(({ command }) => command.decisions)) as Record<string, Decision>

const takesNone = (runId: string): string =>
  `The run ${JSON.stringify(runId)} takes no messages: it is of a pipeline, or a part of another run. Send them to runs of agents.`

function problemOf(message: unknown): string | undefined {
  try {
    checkMessage(message)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
