// What a stage is, and what a pipeline's types are computed from.
import type { AnyAgent, Agent, Input } from '@toolloop/core'
import type { AnyPipeline, Pipeline } from './pipeline.ts'

/** The second argument of a stage function. Declare the context where it is used: `{ context }: StageContext<App>`. */
export interface StageContext<Context = unknown> {
  readonly context: Context
  /** Aborted when the pipeline is, when another stage won or failed, and at the stage's timeout. */
  readonly signal: AbortSignal
  /** The stage's path in the pipeline, such as `review[3]/classify`. */
  readonly path: string
  /** The same over all attempts and resumes of this stage of this run: pass it to services that accept one. */
  readonly idempotencyKey: string
  /** In the second stage of a `fallback`, and in a repeated attempt of `retry`: why the stage before it failed. */
  readonly error: Error | undefined
  /** Emits `data` as a `stage.report` event. */
  readonly progress: (data: unknown) => void
}

/** A function as a stage. Its output must be plain JSON, or `undefined`. */
export type StageFunction<In, Out, Context = unknown> = (
  input: In,
  stage: StageContext<Context>,
) => Out | PromiseLike<Out>

/** A function, an agent, or a pipeline. An agent takes a text or messages and passes on its output. */
export type Stage<In, Out, Context = unknown> =
  | StageFunction<In, Out, Context>
  | Agent<Out, readonly never[], Context>
  | Pipeline<In, Out, Context>

/** Any stage. A function must state the type of its input, because the compiler does not infer it. */
export type AnyStage = ((input: never, stage: StageContext<never>) => unknown) | AnyAgent | AnyPipeline

/** What a stage takes. */
export type InputOf<One> =
  One extends Pipeline<infer In, unknown, never>
    ? In
    : One extends AnyAgent
      ? Input
      : One extends (...stage: infer Parameters) => unknown
        ? Parameters extends readonly [infer In, ...unknown[]]
          ? In
          : unknown
        : never

/** What a stage passes on. */
export type OutputOf<One> =
  One extends Pipeline<never, infer Out, never>
    ? Out
    : One extends AnyAgent<infer Out>
      ? Out
      : One extends (...stage: never) => infer Out
        ? Awaited<Out>
        : never

/** The context that a stage needs; `unknown` when it needs none. */
export type ContextOfStage<One> =
  One extends Pipeline<never, unknown, infer Context>
    ? Context
    : One extends Agent<unknown, readonly never[], infer Context>
      ? Context
      : One extends (input: never, stage: StageContext<infer Context>) => unknown
        ? Context
        : unknown

/** The context that satisfies all of these stages. */
export type ContextOfAll<Stages> = Both<
  Stages extends readonly unknown[]
    ? { [Index in keyof Stages]: (context: ContextOfStage<Stages[Index]>) => void }[number]
    : { [Key in keyof Stages]: (context: ContextOfStage<Stages[Key]>) => void }[keyof Stages]
>
type Both<Functions> = [Functions] extends [never]
  ? unknown
  : [Functions] extends [(context: infer Every) => void]
    ? Every
    : unknown

/** What the compiler shows where two stages do not fit: the message names both. */
export interface DoesNotFit<Message extends string, Gives, Takes> {
  readonly problem: Message
  readonly gives: Gives
  readonly takes: Takes
}
