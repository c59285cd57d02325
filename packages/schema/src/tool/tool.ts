import type { ToolCall, ToolDefinition } from '@toolloop/wire'
import type { StrictOptions } from '../contract/strict-options.ts'

/**
 * A tool: what the model reads (`definition`), how its arguments are checked (`parse`), what runs (`execute`),
 * and how it may be run. It holds resolved types only; the schema's own type is erased here.
 */
export interface Tool<Name extends string = string, Args = unknown, Output = unknown, Context = unknown> {
  readonly type: 'function' | 'custom'
  readonly name: Name
  readonly description: string | undefined
  /** What the request carries, made once and frozen. */
  readonly definition: ToolDefinition
  /** The arguments as `execute` takes them. @throws ToolInputError, phrased for the model */
  readonly parse: (text: string) => Promise<Args>
  /** Absent: the tool is only described, and its calls end the run. */
  execute?(args: Args, context: ToolContext<Context>): Output | Promise<Output> | AsyncGenerator<unknown, Output>
  /** Checks what `execute` returned. @throws OutputError */
  readonly parseOutput: ((value: unknown) => Promise<Output>) | undefined
  readonly policy: ToolPolicy<Args, Context>
}

/** What a tool is given beside its arguments. */
export interface ToolContext<Context = unknown> {
  /** Aborted by the caller, the run's end, or the tool's timeout. */
  readonly signal: AbortSignal
  readonly call: ToolCall
  /** What `run` was given as `context`. */
  readonly context: Context
  /** The step's number, from 0. */
  readonly step: number
  readonly runId: string
  /** The attempt's number, from 1. */
  readonly attempt: number
  /** The same over attempts and resumes of this call, unique to it otherwise. */
  readonly idempotencyKey: string
  /** Tells the caller how far it is; a `tool.progress` event. */
  readonly progress: (data: unknown) => void
}

/**
 * What running it does to the world. `none`: it only reads; `idempotent`: twice is the same as once;
 * `unsafe`: twice is worse than once. Only the first two start while the model is still talking.
 */
export type Effects = 'none' | 'idempotent' | 'unsafe'

/** How a tool may be run. */
export interface ToolPolicy<Args = unknown, Context = unknown> {
  /** @default 'unsafe' */
  readonly effects: Effects
  /** Milliseconds one call may take, over all attempts. @default none */
  readonly timeout?: number | undefined
  /** Further attempts when `execute` throws. @default 0 */
  readonly retries?: number | undefined
  /** How many calls may run at once, or start per interval; shared by all runs of this tool. */
  readonly limit?: ToolLimit<Args, Context> | undefined
  /** What the model is told when `execute` throws. `throw` ends the run. @default the agent's `onToolError` */
  readonly onError?: 'message' | 'throw' | ((error: unknown) => string) | undefined
  /** Is the tool offered in this step? @default true */
  readonly enabled?: boolean | Hook<[context: Context], boolean | Promise<boolean>> | undefined
  /** Must a person agree before the call runs? A function that throws means yes. @default false */
  readonly needsApproval?:
    | boolean
    | Hook<[args: Args, context: ToolContext<Context>], boolean | Promise<boolean>>
    | undefined
  /**
   * A call of an `unsafe` tool that had started when the process died: ask a person, tell the model that the outcome
   * is unknown, run it again, or decide with a function. @default 'ask'
   */
  readonly onInterrupted?:
    | Interrupted
    | Hook<[args: Args, context: ToolContext<Context>], Interrupted | Promise<Interrupted>>
    | undefined
  /**
   * What makes two calls the same when looking for a model that circles; `false`: never counted, for a tool that is
   * meant to be polled. @default the arguments
   */
  readonly loopKey?: false | Hook<[args: Args], string> | undefined
}

/** What to do with a call whose outcome is unknown. */
export type Interrupted = 'ask' | 'report' | 'rerun'

export interface ToolLimit<Args = unknown, Context = unknown> {
  readonly concurrency?: number | undefined
  /** Milliseconds; with `intervalCap` calls per interval. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
  /** Calls with the same key share the limit; different keys have one each. */
  key?(args: Args, context: Context): string
}

/** A function whose parameters are compared as a method's, so that any tool is a `Tool`. */
export type Hook<Parameters extends readonly unknown[], Result> = {
  call(...parameters: Parameters): Result
}['call']

/** What `tool` takes. */
export interface ToolOptions<Name extends string, Args, Output, Context> extends Partial<ToolPolicy<Args, Context>> {
  /** `[a-zA-Z0-9_-]{1,64}`, unique among an agent's tools. */
  readonly name: Name
  /** What it does and when to call it: the model reads this. */
  readonly description?: string | undefined
  /** `false`: the schema is described as it is, and the model is not held to it; the arguments are checked all the same. @default true */
  readonly strict?: boolean | StrictOptions | undefined
  /** Runs a call. A generator's yielded values are progress, its return value is the output. */
  execute?(args: Args, context: ToolContext<Context>): Output | Promise<Output> | AsyncGenerator<unknown, Output>
}
