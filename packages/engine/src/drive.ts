// A run as the workflow of a durable engine.
import type { ApprovalRequest, Decision, Fact, RunEvent, RunLog } from '@toolloop/core'
import { type Part, runnableBehind } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { Command, Rejection, Start } from './command.ts'
import { rejectionOf } from './errors.ts'
import { type AnyRunnable, JournaledRun } from './journaled-run.ts'
import type { Distribute } from './parts.ts'
import { checkDecisions, stillOpen } from './requests.ts'

/** What one step of the workflow records: JSON. */
export type Entry =
  /** Facts that are stored together. `by` identifies the live run that made them. */
  | { readonly facts: readonly Fact[]; readonly by: string }
  /** The run could not be started or resumed. */
  | { readonly rejected: Rejection }

/** What an engine offers to the workflow of a run. */
export interface Journal {
  /**
   * Does `work` and records what it returned; in another process returns what was recorded. It may do `work` again while
   * nothing is recorded. The next step begins when this one is recorded. Returns a command instead where one arrives
   * first: the step goes on, and is requested again by the same name. A journal whose commands reach the live run in
   * another way never returns one.
   */
  step(name: string, work: () => Promise<Entry>): Promise<Entry | Command>
  /** The run waits for decisions: the next command. No process is needed meanwhile. */
  command(requests: readonly ApprovalRequest[]): Promise<Command>
  /** The run has taken the oldest command that it had not answered. With a rejection: the paused run refused it. */
  answered?(rejection: Rejection | undefined): void
  /** Called with each entry's facts, also with recorded ones in another process. */
  recorded?(facts: readonly Fact[]): void
  /** A live run has begun in this process. */
  opened?(run: JournaledRun, facts: readonly Fact[]): void
}

export interface DrivenRunOptions {
  readonly runnable: AnyRunnable
  readonly input: unknown
  readonly runId: string
  readonly context?: unknown
  readonly budget?: Start['budget']
  /** The workflow runs only this part. */
  readonly part?: Part | undefined
  /** Parts with `distribute` become workflows of their own. @default they run in this process */
  readonly distribute?: Distribute | undefined
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Gets the facts after the engine stored them, for readers that know logs. May miss the last ones until the run goes on. */
  readonly projection?: RunLog | undefined
  /** Aborted when this process must leave the run to another: nothing more is recorded here. */
  readonly signal: AbortSignal
}

/** A command that the run has taken. `arrived`: it is checked when the run has been resumed; `offered`: the resume answers it. */
interface Unanswered {
  state: 'arrived' | 'offered' | 'answered'
  readonly decisions?: Readonly<Record<string, Decision>>
  rejection?: Rejection | undefined
}

/** The error of a run that could not be started: the engine must not retry it. */
export class RejectedRun extends UsageError {}

/**
 * Runs to the end and returns all facts. Called again in another process, with the same journal, it goes on where the
 * recorded facts end, as any run goes on from its log: nothing that has ended is done twice, and `onInterrupted` decides on
 * unsafe calls that had started.
 * @throws RejectedRun when the run could not be started; errors of the journal
 */
export async function driveRun(options: DrivenRunOptions, journal: Journal): Promise<readonly Fact[]> {
  return await new Workflow(options, journal).run()
}

class Workflow {
  readonly #options: DrivenRunOptions
  readonly #journal: Journal
  readonly #facts: Fact[] = []
  #live: JournaledRun | undefined
  /** Decisions that the run has not taken. */
  #decisions: Record<string, Decision> = {}
  readonly #messages: Extract<Command, { message: unknown }>[] = []
  #abort: string | undefined
  /** Those with which a paused run is being resumed, also by another process: what arrives meanwhile is for its next pause. */
  #offered: Readonly<Record<string, Decision>> | undefined
  /** The commands that were taken and are not answered, in order. */
  readonly #unanswered: Unanswered[] = []
  #step = 0
  #projecting: Promise<void> = Promise.resolve()

  constructor(options: DrivenRunOptions, journal: Journal) {
    this.#options = options
    this.#journal = journal
  }

  async run(): Promise<readonly Fact[]> {
    const { signal, projection } = this.#options
    const leave = (): void => this.#leave('another process goes on with it.')
    signal.addEventListener('abort', leave)
    try {
      while (!this.#hasEnded) {
        if (this.#isPaused && !this.#mayResume) this.#take(await this.#journal.command(await this.#requests()))
        else await this.#next()
      }
      await this.#projecting
      if (projection) await project(projection, this.#facts)
      return this.#facts
    } finally {
      signal.removeEventListener('abort', leave)
      leave()
    }
  }

  get #last(): Fact['type'] | undefined {
    const last = this.#facts.at(-1)
    return last?.path === '' ? last.type : undefined
  }
  get #hasEnded(): boolean {
    return this.#last === 'run.done'
  }
  get #isPaused(): boolean {
    return this.#last === 'run.pause'
  }
  get #mayResume(): boolean {
    return this.#abort !== undefined || Object.keys(this.#decisions).length > 0
  }

  async #next(): Promise<void> {
    if (this.#isPaused) this.#offered ??= { ...this.#decisions }
    const entry = await this.#journal.step(`facts ${this.#step}`, () => this.#work())
    if ('type' in entry) return this.#take(entry)
    this.#step++
    if ('rejected' in entry) return this.#reject(entry.rejected)
    if (entry.by === this.#live?.id) this.#live.confirm()
    else this.#leave('another process has gone on with it.')
    this.#dropOffered()
    this.#facts.push(...entry.facts)
    if (this.#isPaused) this.#decisions = stillOpen(this.#facts, this.#decisions)
    this.#journal.recorded?.(entry.facts)
    if (this.#live) this.#project()
    this.#settleOffered(undefined)
    if (this.#hasEnded || this.#isPaused) this.#live = undefined // It ends by itself: its last batch is confirmed.
  }

  /** The next batch of the live run, which begins here if this process has none. */
  async #work(): Promise<Entry> {
    const isNew = this.#live === undefined
    try {
      const live = this.#live ?? this.#open()
      const facts = await live.next()
      if (!facts) throw new UsageError('The run ended without its last fact.')
      return { facts, by: live.id }
    } catch (error) {
      this.#leave('it could not go on.')
      // A run that has facts is not lost for an error of this process: the engine retries the step, perhaps elsewhere.
      const mayRefuse = this.#facts.length === 0 || Object.keys(this.#offered ?? {}).length > 0
      if (!isNew || !mayRefuse || this.#options.signal.aborted || !(error instanceof Error)) throw error
      return { rejected: rejectionOf(error) }
    }
  }

  #open(): JournaledRun {
    const { runnable, input, runId, context, budget, part, distribute, onEvent, signal } = this.#options
    signal.throwIfAborted()
    const decisions = this.#isPaused ? this.#offered : undefined
    const past = [...this.#facts]
    const more = { budget, part, distribute, onEvent }
    const live = new JournaledRun(runnable, { past, input, runId, decisions, context, ...more })
    this.#live = live
    for (const kind of ['steer', 'followUp'] as const) {
      const delivered = this.#facts.filter((one) => one.type === 'message.add' && one.origin === kind).length
      for (const one of this.#messages.filter(({ type }) => type === kind).slice(delivered)) deliver(live, one)
    }
    this.#journal.opened?.(live, past)
    if (this.#abort !== undefined) live.abort(this.#abort)
    return live
  }

  #take(command: Command): void {
    switch (command.type) {
      case 'decide':
        return this.#decide(command.decisions)
      case 'abort':
        this.#abort ??= command.reason
        this.#live?.abort(this.#abort)
        // A paused run has not ended before the next step is recorded.
        return this.#took({ state: this.#isPaused ? 'offered' : 'answered' })
      default:
        this.#messages.push(command)
        if (this.#live) deliver(this.#live, command)
        return this.#took({ state: 'answered' })
    }
  }

  /** Decisions that arrive while the run is resumed with others are checked afterwards: these may decide the same request. */
  #decide(decisions: Readonly<Record<string, Decision>>): void {
    const command: Unanswered = { state: this.#offered ? 'arrived' : 'offered', decisions }
    if (command.state === 'offered') this.#accept(command)
    this.#took(command)
  }

  /** A paused run takes decisions with its next step, which answers them. One that goes on keeps them until it pauses. */
  #accept(command: Unanswered): void {
    try {
      checkDecisions(this.#facts, command.decisions ?? {})
      Object.assign(this.#decisions, command.decisions)
      command.state = this.#isPaused && this.#mayResume ? 'offered' : 'answered'
    } catch (error) {
      command.state = 'answered'
      command.rejection = rejectionOf(error as Error)
    }
  }

  /** The run was resumed with the offered decisions, or refused them: then an abort still has to be recorded. */
  #settleOffered(rejection: Rejection | undefined): void {
    for (const command of this.#unanswered)
      if (command.state === 'arrived') this.#accept(command)
      else if (command.state === 'offered' && (command.decisions || !rejection))
        Object.assign(command, { state: 'answered', rejection })
    this.#answer()
  }

  #took(command: Unanswered): void {
    this.#unanswered.push(command)
    this.#answer()
  }

  /** Commands are answered in their order: those behind one that waits for its answer wait, too. */
  #answer(): void {
    while (this.#unanswered[0]?.state === 'answered') this.#journal.answered?.(this.#unanswered.shift()!.rejection)
  }

  #dropOffered(): void {
    for (const [id, decision] of Object.entries(this.#offered ?? {}))
      if (this.#decisions[id] === decision) delete this.#decisions[id]
    this.#offered = undefined
  }

  /** Decisions that a paused run refuses change nothing. A run without facts has failed. */
  #reject(rejection: Rejection): void {
    if (this.#facts.length === 0) throw Object.assign(new RejectedRun(rejection.message), { name: rejection.name })
    this.#dropOffered()
    this.#leave('its decisions were refused.')
    this.#settleOffered(rejection)
  }

  #leave(reason: string): void {
    this.#live?.breakOff(reason)
    this.#live = undefined
  }

  /** Not awaited: a reader of the projection must not slow the run. The end awaits it. */
  #project(): void {
    const { projection } = this.#options
    if (!projection) return
    const upTo = this.#facts.length
    this.#projecting = this.#projecting.then(() => project(projection, this.#facts.slice(0, upTo))).catch(() => {}) // retried with the next facts, and at the end
  }

  async #requests(): Promise<readonly ApprovalRequest[]> {
    const { runnable, part } = this.#options
    const known = runnableBehind(runnable)
    const result = await (part ? known.part(part) : known).resultOf(this.#facts)
    return (result as { readonly requests?: readonly ApprovalRequest[] }).requests ?? []
  }
}

function deliver(run: JournaledRun, { type, message }: Extract<Command, { message: unknown }>): void {
  // Not delivered: the run has ended, which its facts say.
  void run[type](message).catch(() => {})
}

/** Appends what the projection lacks. */
async function project(log: RunLog, facts: readonly Fact[]): Promise<void> {
  const known = (await log.load()).length
  if (known < facts.length) await log.append(facts.slice(known))
}
