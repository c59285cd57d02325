// What each node of a pipeline came to. Pure data, computed from facts alone.
import type { ApprovalRequest, Decision, Failure } from '@toolloop/core'
import { empty, type Vector } from './vector.ts'

export interface NodeState {
  /** `waiting`: for a person's decision. */
  readonly status: 'idle' | 'running' | 'waiting' | 'done' | 'failed'
  readonly output?: unknown
  /** In the order in which they happened. */
  readonly failures?: readonly StageFailure[]
  /** The states of the children that have begun, by token. */
  readonly children?: Readonly<Record<string, NodeState>>
  readonly items?: Items
  /** What functions answered, by round: whether to try again, the next input of a loop. */
  readonly answers?: Readonly<Record<number, unknown>>
  /** The rounds before the run was resumed after an error: they do not count against `times`. */
  readonly since?: number
  /** The rest was aborted, because one stage failed or won. */
  readonly isCut?: boolean
  /** The stage that won a race. */
  readonly winner?: string
  /** A gate is open: its stage may run. */
  readonly isOpen?: boolean
  readonly request?: ApprovalRequest
  readonly decision?: Decision
  readonly startedAt?: number
  /** How often it started: more than once where it was interrupted. */
  readonly starts?: number
  readonly endedAt?: number
}

export interface StageFailure {
  readonly path: string
  readonly error: Failure
  /** How an agent's run ended, where it was not `done`. */
  readonly outcome?: string
}

/** The items of a `map` or `reduce`. */
export interface Items {
  readonly states: Vector<NodeState>
  /** The inputs that were read from an iterable, and whether it has ended. */
  readonly inputs: Vector<{ readonly input: unknown }>
  readonly taken: number
  readonly hasEnded: boolean
  /** The first item that has not begun. */
  readonly next: number
  readonly running: readonly number[]
  readonly done: number
  readonly failed: readonly number[]
  readonly completed: Completed | undefined
  /** Items before this one were checked for being settled without a fact. */
  readonly checked: number
}

/** Items in the order of completion, the last one first. */
export interface Completed {
  readonly index: number
  readonly before: Completed | undefined
}

/** Stands in the state for an iterable, which is no fact: the stage at this path made it; `undefined`: the caller. */
export class Live {
  readonly from: string | undefined

  constructor(from: string | undefined) {
    this.from = from
  }
}

export const idle: NodeState = { status: 'idle' }

export const noItems: Items = {
  states: empty,
  inputs: empty,
  taken: 0,
  hasEnded: false,
  next: 0,
  running: [],
  done: 0,
  failed: [],
  completed: undefined,
  checked: 0,
}

export const isSettled = ({ status }: NodeState): boolean => status === 'done' || status === 'failed'
/** Whether a task of it may be running. */
export const isActive = ({ status }: NodeState): boolean => status === 'running' || status === 'waiting'
