// What a client sends to a run that it started.
import type { BudgetOptions, Decision } from '@toolloop/core'
import type { Part } from '@toolloop/core/machine'
import type { UserMessage } from '@toolloop/wire'

/** JSON. An engine delivers commands to a run in one order, each once. */
export type Command =
  /** Answers to requests, by id. */
  | { readonly type: 'decide'; readonly decisions: Readonly<Record<string, Decision>> }
  | { readonly type: 'steer' | 'followUp'; readonly message: string | UserMessage }
  | { readonly type: 'abort'; readonly reason: string }

/** What starts a run. JSON. */
export interface Start {
  /** The name of the agent or pipeline. */
  readonly agent: string
  /** An agent's messages; a pipeline's input. */
  readonly input: unknown
  /** Given to the worker, which makes the run's context of it. */
  readonly context?: unknown
  /** Bounds a pipeline's run; an agent has its own. JSON: without functions. */
  readonly budget?: Omit<BudgetOptions, 'countTokens' | 'onExhausted' | 'wrapUpTokens'>
  /** The workflow runs only this part of a run. */
  readonly part?: Part
}
