// A pipeline as data: a tree of nodes. `decide` and `apply` walk it beside the state.
import type { AnyAgent } from '@toolloop/core'
import type { StageError } from './result.ts'

/** What happens to the other stages when one of them fails: they are aborted, or run to their end. */
export type OnFailure = 'abort' | 'settle'

/** How many stages may run at once, or start in each interval. A stage's `key` makes each key a limit of its own. */
export interface StageLimit {
  readonly concurrency?: number | undefined
  /** Milliseconds, with `intervalCap` starts in each. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
}

/** How a function or an agent is run. */
export interface StagePolicy {
  readonly limit?: StageLimit | undefined
  readonly key?: ((input: unknown, context: unknown) => string) | undefined
  /** Milliseconds for one attempt. */
  readonly timeout?: number | undefined
  /** `unsafe`: a function that was interrupted is not run again without a decision. */
  readonly effects?: 'idempotent' | 'unsafe' | undefined
}

export interface StageCall {
  readonly context: unknown
  readonly signal: AbortSignal
  readonly path: string
  readonly idempotencyKey: string
  readonly error: Error | undefined
  readonly progress: (data: unknown) => void
}

/** A node under the name that its path has in the pipeline. */
export interface Child {
  /** Its part of the path: a name, `[3]`, or `#2`. */
  readonly token: string
  readonly node: Node
  /** In a branch: the answer of the classifier that chooses it. */
  readonly key?: string
}

export type Node = LeafNode | CompositeNode
export type LeafNode = FunctionNode | AgentNode
export type CompositeNode =
  | PipeNode
  | ParallelNode
  | MapNode
  | BranchNode
  | RetryNode
  | FallbackNode
  | RaceNode
  | LoopNode
  | RoundNode
  | ReduceNode
  | GateNode

interface Named {
  /** `undefined`: the stage has no name, its position in the pipeline counts. */
  readonly name: string | undefined
}

export interface FunctionNode extends Named {
  readonly kind: 'function'
  readonly run: (input: unknown, call: StageCall) => unknown
  readonly policy: StagePolicy
  /** A `tap`: passes its input on. */
  readonly passes: boolean
  /** The next stage takes items: the output may be an iterable, which is not recorded. */
  readonly streams: boolean
}

export interface AgentNode extends Named {
  readonly kind: 'agent'
  readonly agent: AnyAgent
  readonly policy: StagePolicy
}

export interface PipeNode extends Named {
  readonly kind: 'pipe'
  readonly stages: readonly Child[]
}

export interface ParallelNode extends Named {
  readonly kind: 'parallel'
  readonly stages: readonly Child[]
  readonly onFailure: OnFailure
}

export interface MapNode extends Named {
  readonly kind: 'map'
  readonly item: Node
  readonly concurrency: number
  readonly rate: StageLimit | undefined
  readonly order: 'input' | 'completion'
  readonly onFailure: OnFailure
  /** Where there is an engine, each item runs elsewhere. */
  readonly distribute: boolean
}

export interface BranchNode extends Named {
  readonly kind: 'branch'
  readonly classify: Child
  readonly cases: readonly Child[]
}

export interface RetryNode extends Named {
  readonly kind: 'retry'
  readonly attempt: Node
  /** How many attempts there are, the first included. */
  readonly times: number
  /** Milliseconds before an attempt; the second one is attempt 2. */
  readonly backoff: (attempt: number, error: StageError) => number
  readonly when: (error: StageError) => boolean | Promise<boolean>
}

export interface FallbackNode extends Named {
  readonly kind: 'fallback'
  readonly stages: readonly Child[]
}

export interface RaceNode extends Named {
  readonly kind: 'race'
  readonly stages: readonly Child[]
}

export interface LoopNode extends Named {
  readonly kind: 'loop'
  readonly round: RoundNode
  readonly max: number
  readonly next: (round: {
    readonly input: unknown
    readonly output: unknown
    readonly verdict: unknown
    readonly round: number
  }) => unknown
}

/** One round of a loop: the stage, then the judge of its output. */
export interface RoundNode extends Named {
  readonly kind: 'round'
  readonly stage: Child
  readonly judge: Child
}

export interface ReduceNode extends Named {
  readonly kind: 'reduce'
  readonly item: Node
  readonly initial: unknown
}

export interface GateNode extends Named {
  readonly kind: 'gate'
  readonly stage: Child
  readonly check: (input: unknown, call: { readonly context: unknown }) => boolean | Promise<boolean>
}
