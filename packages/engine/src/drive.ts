// A run as the workflow of a durable engine.
import type { ApprovalRequest, Fact, RunEvent } from '@toolloop/core'
import { type Part, runnableBehind } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { Command, Start } from './command.ts'
import { type Rejection, rejectionOf } from './errors.ts'
import { type AnyRunnable, JournaledRun } from './journaled-run.ts'
import type { Distribute } from './parts.ts'
import { type Message, PendingCommands } from './pending-commands.ts'
import { openRequests } from './requests.ts'

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
  /**
   * The command has taken effect, and recorded facts say so; or, with a rejection, it never will. Called once for each
   * command, at the same point of the journal in every process. Commands are numbered from 0, in the order in which the
   * journal returned them; they are not answered in that order.
   */
  answered?(number: number, rejection: Rejection | undefined): void
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
  /** Aborted when this process must leave the run to another: nothing more is recorded here. */
  readonly signal: AbortSignal
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
  readonly #commands: PendingCommands
  #step = 0

  constructor(options: DrivenRunOptions, journal: Journal) {
    const { runId, runnable, part } = options
    this.#options = options
    this.#journal = journal
    this.#commands = new PendingCommands({
      runId,
      facts: this.#facts,
      takesMessages: part === undefined && !isPipeline(runnable),
      answer: (number, rejection) => journal.answered?.(number, rejection),
    })
  }

  async run(): Promise<readonly Fact[]> {
    const { signal } = this.#options
    const leave = (): void => this.#leave('another process goes on with it.')
    signal.addEventListener('abort', leave)
    try {
      while (!this.#hasEnded) {
        if (this.#isPaused && !this.#commands.canResume)
          this.#take(await this.#journal.command(openRequests(this.#facts)))
        else await this.#next()
      }
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

  async #next(): Promise<void> {
    if (this.#isPaused) this.#commands.offer()
    const entry = await this.#journal.step(`facts ${this.#step}`, () => this.#work())
    if ('type' in entry) return this.#take(entry)
    this.#step++
    if ('rejected' in entry) return this.#reject(entry.rejected)
    if (entry.by === this.#live?.id) this.#live.confirm()
    else this.#leave('another process has gone on with it.')
    this.#facts.push(...entry.facts)
    this.#journal.recorded?.(entry.facts)
    this.#commands.recorded(entry.facts)
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
      const mayRefuse = this.#facts.length === 0 || Object.keys(this.#commands.offered ?? {}).length > 0
      if (!isNew || !mayRefuse || this.#options.signal.aborted || !(error instanceof Error)) throw error
      return { rejected: rejectionOf(error) }
    }
  }

  #open(): JournaledRun {
    const { runnable, input, runId, context, budget, part, distribute, onEvent, signal } = this.#options
    signal.throwIfAborted()
    const decisions = this.#commands.offered
    const past = [...this.#facts]
    const more = { budget, part, distribute, onEvent }
    const live = new JournaledRun(runnable, { past, input, runId, decisions, context, ...more })
    this.#live = live
    for (const one of this.#commands.messages) deliver(live, one)
    this.#journal.opened?.(live, past)
    if (this.#commands.abort) live.abort(this.#commands.abort.reason)
    return live
  }

  #take(command: Command): void {
    if (!this.#commands.take(command) || !this.#live) return
    if (command.type === 'abort') this.#live.abort(command.reason)
    else if (command.type !== 'decide') deliver(this.#live, command)
  }

  /** Decisions that a paused run rejects change nothing. A run without facts has failed. */
  #reject(rejection: Rejection): void {
    if (this.#facts.length === 0) throw Object.assign(new RejectedRun(rejection.message), { name: rejection.name })
    this.#leave('its decisions were rejected.')
    this.#commands.rejected(rejection)
  }

  #leave(reason: string): void {
    this.#live?.breakOff(reason)
    this.#live = undefined
  }
}

/** What becomes of the message is in the facts: where the run ends or pauses first, it has none. */
function deliver(run: JournaledRun, { type, message }: Message): void {
  void run[type](message).catch(() => {})
}

/** `false` for a name that this worker does not know: its runs go on elsewhere. */
function isPipeline(runnable: AnyRunnable): boolean {
  try {
    return runnableBehind(runnable).kind === 'pipeline'
  } catch {
    return false
  }
}
