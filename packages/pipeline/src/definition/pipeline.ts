import type { BudgetOptions, RunEvent, RunOptions, RunStream } from '@toolloop/core'
import type { Node } from './node.ts'
import type { PipelineResult } from './result.ts'

/** What all agents of a pipeline may use together, with the tools that they call. A pipeline has no last answer to wrap up with. */
export type PipelineBudget = Omit<BudgetOptions, 'onExhausted' | 'wrapUpTokens'>

/** The options of one run. */
export interface PipelineOptions extends RunOptions {
  /** When it is spent, the run ends as `budget`. The budgets of its agents hold within it. */
  readonly budget?: PipelineBudget | undefined
}

/** Options with the context: required exactly when a stage declares one. */
export type PipelineArguments<Context> = unknown extends Context
  ? [options?: PipelineOptions & { readonly context?: Context }]
  : [options: PipelineOptions & { readonly context: Context }]

/** Stages under one name: a frozen description that can be run any number of times, and a stage of other pipelines. */
export interface Pipeline<In, Out, Context = unknown> {
  /** Stored in logs. A log can only be resumed by a pipeline of the same name. */
  readonly name: string
  /**
   * Runs to the end. Rejects only before the first stage starts, for invalid options, an input that is not JSON, or a log
   * that cannot be used; later failures are outcomes. Leave the input out to resume: `run(undefined, { from: log })`.
   */
  run(input: In | undefined, ...options: PipelineArguments<Context>): Promise<PipelineResult<Out>>
  /** The same run as a stream of events. Lazy, like an agent's. The events of agents in it have their stage's `path`. */
  stream(input: In | undefined, ...options: PipelineArguments<Context>): RunStream<RunEvent, Out, PipelineResult<Out>>
  /** The same pipeline under another name, which is also its part of the path in other pipelines. */
  named(name: string): Pipeline<In, Out, Context>
}

/** Any pipeline, for code that takes one as a parameter. */
export type AnyPipeline = Pipeline<never, unknown, never>

const nodes = new WeakMap<object, Node>()

export function remember<Made extends object>(pipeline: Made, node: Node): Made {
  nodes.set(pipeline, node)
  return pipeline
}

/** The tree behind a pipeline; `undefined` for any other value. */
export const nodeBehind = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null ? nodes.get(value) : undefined
