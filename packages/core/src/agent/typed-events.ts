import type { ArgsOf } from '@toolloop/client'
import type { Tool, ToolResult } from '@toolloop/schema'
import type { ArgumentsDelta, ArgumentsDeltaOf, ArgumentsDone, ArgumentsDoneOf } from '@toolloop/stream'
import type { FactOf, FailureReason, RunEvent, ToolDone } from '../facts/events.ts'
import type { AnyTool } from './spec.ts'

/**
 * The events of an agent with these tools: discriminate on `type`, then `ok`, then `name`. Arguments that still
 * stream are discriminated by `name` too; they are what the model wrote, not validated yet.
 */
export type EventOf<Tools extends readonly AnyTool[]> =
  | Exclude<RunEvent, ToolDone | FactOf<'tool.start'> | ArgumentsDelta | ArgumentsDone>
  | ArgumentsDeltaOf<ArgsOf<Tools>>
  | ArgumentsDoneOf<ArgsOf<Tools>>
  | StartedOf<WithInner<Tools[number]>>
  | SucceededOf<WithInner<Tools[number]>>
  | ToolFailed

/** A call starts. `args` are live values of this process: not enumerable, not in the log. */
export interface ToolStarted<Name extends string, Args> extends Omit<FactOf<'tool.start'>, 'name'> {
  readonly name: Name
  readonly args: Args
}

/** A call ran and returned. `args` and `output` are live values of this process: not enumerable, not in the log. */
export interface ToolSucceeded<Name extends string, Args, Output, Details = undefined> extends Omit<
  ToolDone,
  'ok' | 'name' | 'reason' | 'details'
> {
  readonly ok: true
  readonly name: Name
  readonly args: Args
  readonly output: Output
  readonly details?: Details
}

/** A call was not executed here, or failed. `error` is a live value: not enumerable, not in the log. */
export interface ToolFailed extends Omit<ToolDone, 'ok' | 'reason'> {
  readonly ok: false
  readonly reason: FailureReason
  readonly args?: unknown
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
