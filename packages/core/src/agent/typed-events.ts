import type { ArgsOf } from '@toolloop/client'
import type { Tool, ToolResult } from '@toolloop/schema'
import type {
  ArgumentsDelta,
  ArgumentsDeltaOf,
  ArgumentsDone,
  ArgumentsDoneOf,
  ContentDelta,
  ContentDone,
} from '@toolloop/stream'
import type { FactOf, FailureReason, RunEvent, ToolDone, ToolStart } from '../facts/events.ts'
import type { OutputDelta, OutputDone, StepMark } from '../facts/progress.ts'
import type { AnyTool } from './spec.ts'

/**
 * The events of an agent with these tools: discriminate on `type`, then `ok`, then `name`. Arguments that still
 * stream are discriminated by `name` too; they are what the model wrote, not validated yet. `Transfers`: the names of the
 * functions that hand over.
 */
export type EventOf<Tools extends readonly AnyTool[], Output = unknown, Transfers extends string = never> =
  | Exclude<RunEvent, ToolDone | ToolStart | { readonly type: TypedProgress }>
  | (ArgumentsDeltaOf<ArgsOf<Tools>> & StepMark)
  | (ArgumentsDoneOf<ArgsOf<Tools>> & StepMark)
  | AnswerOf<OutputIn<Tools, Output>>
  | StartedOf<WithInner<Tools[number]>>
  | SucceededOf<WithInner<Tools[number]>>
  | HandedOver<Transfers>
  | ToolFailed
  | DynamicToolStarted
  | DynamicToolDone

/** The call that handed over; its output is the agent's name. */
type HandedOver<Transfers extends string> = [Transfers] extends [never]
  ? never
  : ToolSucceeded<Transfers, unknown, string>

/** The progress that has a type of its own for each agent. */
type TypedProgress =
  | (ArgumentsDelta | ArgumentsDone)['type']
  | (ContentDelta | ContentDone)['type']
  | (OutputDelta | OutputDone)['type']

/** The answer as it streams. Where the agent's answer is text, `parsed` has no type: the text may be JSON. */
type AnswerOf<Output> =
  | (ContentDelta<[Output] extends [string] ? unknown : Output> & StepMark)
  | (ContentDone<[Output] extends [string] ? unknown : Output> & StepMark)
  | OutputDelta<Output>
  | OutputDone<Output>

/** The output of the agent, or of one that runs inside it: their events reach the same stream. */
type OutputIn<Tools extends readonly AnyTool[], Output> =
  | Output
  | (WithInner<Tools[number]> extends infer One
      ? One extends { readonly agent: { readonly output?: infer Inner } }
        ? Inner
        : never
      : never)

/** A call starts. `args` are live values of this process: not enumerable, not in the log. */
export interface ToolStarted<Name extends string, Args> extends Omit<FactOf<'tool.start'>, 'name'> {
  readonly name: Name
  readonly args: Args
}

/** A call ran and returned. `args` and `output` are live values of this process: not enumerable, not in the log. */
export interface ToolSucceeded<Name extends string, Args, Output, Details = undefined> extends Omit<
  FactOf<'tool.done'>,
  'ok' | 'name' | 'reason' | 'details'
> {
  readonly ok: true
  readonly name: Name
  readonly args: Args
  readonly output: Output
  readonly details?: Details
}

/** A call was not executed here, or failed. `error` is a live value: not enumerable, not in the log. */
export interface ToolFailed extends Omit<FactOf<'tool.done'>, 'ok' | 'reason'> {
  readonly ok: false
  readonly reason: FailureReason
  readonly args?: unknown
  readonly error?: unknown
}

/** A call of a tool that `prepareStep` added, or of `read_result`, starts. `args` are live values of this process. */
export type DynamicToolStarted = FactOf<'tool.start.dynamic'> & { readonly args: unknown }

/** Such a call has its result. `args`, `output` and `error` are live values of this process. */
export type DynamicToolDone = FactOf<'tool.done.dynamic'> & {
  readonly args?: unknown
  readonly output?: unknown
  readonly error?: unknown
}

/** A tool, and the tools of the agent that it runs: their events reach the same stream, with their `path`. */
type WithInner<One extends AnyTool> = One extends {
  readonly agent: { readonly tools: infer Inner extends readonly AnyTool[] }
}
  ? One | WithInner<Inner[number]>
  : One

type StartedOf<One extends AnyTool> =
  One extends Tool<infer Name, infer Args, infer _Output, infer _Context> ? ToolStarted<Name, Args> : never

type SucceededOf<One extends AnyTool> =
  One extends Tool<infer Name, infer Args, infer Output, infer _Context>
    ? Output extends ToolResult<infer Model, infer Details>
      ? ToolSucceeded<Name, Args, Model, Details>
      : ToolSucceeded<Name, Args, Output>
    : never
