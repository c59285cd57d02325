// What is special to one kind of run: an agent, a pipeline.
import type { BudgetOptions } from '../agent/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { PartStep } from '../facts/part.ts'
import type { Level, LoopState } from '../run/level.ts'
import type { Batch, Source } from '../run/scope.ts'

/** How facts become a state. Pure. */
export interface Fold<State extends LoopState> {
  readonly initial: State
  /** Called with the facts of the run's own path only. */
  readonly apply: (state: State, fact: Fact) => State
}

/** A kind of run on one level of the tree. */
export interface Machine<State extends LoopState, Task extends { readonly key: string }> extends Fold<State> {
  /** Pure: the tasks that should be running now. The loop starts those that are not. */
  readonly decide: (state: State) => readonly Task[]
  /** The events of a task. They end with its closing fact. */
  readonly perform: (task: Task) => Source
  /** Whether a task goes on as soon as its batch is logged, before the consumer takes the batch. */
  readonly isEager: (task: Task) => boolean
  /** A batch that has arrived, as it is logged. Not called after an abort. */
  readonly arrived?: ((batch: Batch) => Batch) | undefined
  /** Called after facts were applied. */
  readonly applied?: ((state: State) => void) | undefined
  /** After an abort: the fact that keeps what the open task has so far. */
  readonly cut?: (() => Fact | undefined) | undefined
}

/** A machine on its level, and what it comes to. */
export interface Driver<State extends LoopState, Task extends { readonly key: string }, Value> {
  readonly machine: Machine<State, Task>
  /** Computed once the loop has ended. */
  readonly result: () => Value | Promise<Value>
  /** Called once when the loop has ended, before `result`. */
  readonly onEnd?: (() => void) | undefined
}

/** How a run is opened on a level. */
export interface Opening<State extends LoopState, Task extends { readonly key: string }, Value> {
  readonly fold: Fold<State>
  /**
   * The first batch: the input of a new run, or what is new for a resumed one. `undefined`: the run has ended and stays
   * as it is (only below the root). What it throws is thrown before anything is logged.
   */
  readonly begin: (past: readonly Fact[], state: State) => Batch | undefined | Promise<Batch | undefined>
  /** What the run and the runs inside it may use. */
  readonly budget?: BudgetOptions | undefined
  /** Where the definition has it, for a root that is a part of another run. */
  readonly at?: readonly PartStep[] | undefined
  readonly on: (level: Level<State>) => Driver<State, Task, Value>
}
