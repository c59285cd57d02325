import { type Clock, UsageError } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import type { Desk } from '../approval/desk.ts'
import type { Budget } from '../control/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { Ending, Exhausted } from '../facts/outcome.ts'
import type { RunLog } from '../facts/log.ts'
import type { PartStep } from '../facts/part.ts'
import type { RunMark, Unmarked } from '../facts/progress.ts'
import type { Distributor } from './distributor.ts'
import type { Scope, Source } from './scope.ts'
import type { Tree } from './tree.ts'

/** What the loop reads of a state, whatever its machine. */
export interface LoopState {
  readonly status: 'running' | 'paused' | 'done'
}

/** The parameters of a `Level`. */
export interface LevelSetup<State extends LoopState> {
  readonly tree: Tree
  /** `''` is the root. */
  readonly path: string
  readonly context: unknown
  /** Aborted by the caller or the level above, and when this level has ended. */
  readonly signal: AbortSignal
  readonly scope: Scope
  /** A consumer reads the events: request streams, emit progress. */
  readonly watched: boolean
  /** Collects decisions while the tree waits. Without one it pauses. */
  readonly desk: Desk | undefined
  readonly state: State
  /** Aborts `signal`. */
  readonly abort?: ((reason: unknown) => void) | undefined
  /** The budget of the level above. */
  readonly outer?: Budget | undefined
  /** Where the definition of the root has the level's agent. Only where parts are distributed. */
  readonly at?: readonly PartStep[] | undefined
}

/** The abort reason when a run has ended by itself. Made once: making an error takes longer than a step. */
export const runHasEnded: UsageError = new UsageError('The run has ended.')

/** One run in a tree of runs: what the loop needs beside the facts, whatever the run's machine. */
export class Level<State extends LoopState = LoopState> {
  readonly tree: Tree
  readonly path: string
  /** Levels above this one. */
  readonly depth: number
  readonly context: unknown
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly watched: boolean
  readonly desk: Desk | undefined
  readonly at: readonly PartStep[] | undefined
  /** The state as of the last logged batch. */
  state: State
  /** A write to the log is pending. If the run fails meanwhile, the log has failed. */
  writing = false
  /** The last write to the log, where it was asynchronous. */
  written: Promise<void> | undefined
  /** The time at which the loop noticed the abort. */
  abortedAt: number | undefined
  /** How the run ends when it stops itself like an abort does. */
  ending: Ending | undefined
  /** What the level and those inside it may use: its own, or that of a level above. */
  budget: Budget | undefined
  #ownBudget: Budget | undefined
  readonly #abort: ((reason: unknown) => void) | undefined
  readonly #scope: Scope
  /** The number of executing tools, and the callback for when it reaches zero. */
  #executing = 0
  #onIdle: (() => void) | undefined
  #wakes = 0

  constructor({ tree, path, context, signal, scope, watched, desk, state, abort, outer, at }: LevelSetup<State>) {
    this.tree = tree
    this.path = path
    this.depth = path === '' ? 0 : path.split('/').length
    this.context = context
    this.signal = signal
    this.clock = tree.clock
    this.watched = watched
    this.desk = desk
    this.state = state
    this.#scope = scope
    this.#abort = abort
    this.budget = outer
    this.at = at
  }

  /** Gives the level a budget of its own, within the one above. When its `ms` has passed, the level ends. */
  openBudget(options: BudgetOptions): void {
    const onTime = (spent: Exhausted): void => this.stop({ status: 'budget', ...spent })
    this.#ownBudget = this.tree.openBudget(options, this.path, this.budget, onTime)
    this.budget = this.#ownBudget
  }

  closeBudget(): void {
    if (this.#ownBudget) this.tree.closeBudget(this.#ownBudget)
    this.#ownBudget = undefined
  }

  /** Runs parts in other processes. Not while decisions are collected: parts could not ask for them. */
  get distributor(): Distributor | undefined {
    return this.desk ? undefined : this.tree.distributor
  }

  /** The id of the run with the level's path: the beginning of its idempotency keys. */
  get id(): string {
    return this.path === '' ? this.tree.id : `${this.tree.id}/${this.path}`
  }

  /** What every event of the level carries. */
  get runMark(): RunMark {
    return { run: this.tree.id, path: this.path }
  }

  /** Emits progress if a consumer reads the events. */
  emit(progress: Unmarked): void {
    if (this.watched) this.#scope.emit({ ...progress, ...this.runMark })
  }

  /** Ends the run like an abort: requests and tools are cancelled, the text so far is kept. The first ending counts. */
  stop(ending: Ending): void {
    this.ending ??= ending
    this.#abort?.(new UsageError(`The run has ended as \`${ending.status}\`.`))
  }

  /** Makes the loop take a batch, though no task has one. */
  wake(): void {
    this.#scope.start(`wake:${this.#wakes++}`, nothing(), false)
  }

  /** Counts something that begins to execute. An abort waits for it, `toolGrace` milliseconds at most. */
  enter(): void {
    this.#executing++
  }

  /** Counts something whose result is known or no longer awaited. */
  leave(): void {
    if (--this.#executing === 0) this.#onIdle?.()
  }

  /** Resolves when nothing executes, after `ms` at the latest. */
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

  /** Stamps facts and appends them to the log. `writing` stays set until the loop has applied them. Only for the root. */
  write(log: RunLog, facts: readonly Fact[]): void | Promise<void> {
    for (const fact of facts) this.tree.stamp(fact)
    this.writing = true
    this.written = undefined
    const written = log.append(facts)
    if (written) this.written = written
    return written
  }

  /** Marks own facts with the level's path. Facts of levels below have theirs. */
  mark(facts: readonly { path: string }[]): void {
    if (this.path !== '') for (const fact of facts) if (fact.path === '') fact.path = this.path
  }
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* nothing(): Source {
  return []
}
