import type { ToolCall, ToolDefinition } from '@toolloop/wire'
import type { StrictOptions } from '../contract/strict-options.ts'

/**
 * A tool: what the model reads (`definition`), how its arguments are checked (`parse`), what runs (`execute`),
 * and under which policy. It holds resolved types only; the schema's own type is erased here.
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

/** The second argument of `execute`. */
export interface ToolContext<Context = unknown> {
  /** Aborted by the caller, the run's end, or the tool's timeout. */
  readonly signal: AbortSignal
  readonly call: ToolCall
  /** The `context` option of `run`. */
  readonly context: Context
  /** The step's number, from 0. */
  readonly step: number
  readonly runId: string
  /** The attempt's number, from 1. */
  readonly attempt: number
  /** Unique to this call; the same in all its attempts and resumes. */
  readonly idempotencyKey: string
  /** The answer of a person to the `InputRequired` that this call threw before, and the error's `state`. */
  readonly input?: { readonly answer: unknown; readonly state: unknown }
  /** Emits a `tool.progress` event with this data. */
  readonly progress: (data: unknown) => void
}

/**
 * The effects of a call. `none`: it only reads; `idempotent`: two runs have the effect of one; `unsafe`: a second run
 * may do harm. Only tools with `none` or `idempotent` start before the model's answer is complete.
 */
export type Effects = 'none' | 'idempotent' | 'unsafe'

/** How a tool may be run. */
export interface ToolPolicy<Args = unknown, Context = unknown> {
  /** @default 'unsafe' */
  readonly effects: Effects
  /** Milliseconds one call may take, over all attempts. @default none */
  readonly timeout?: number | undefined
  /** How many times a call is retried when `execute` throws. @default 0 */
  readonly retries?: number | undefined
  /** How many calls may run at once, or start per interval. All runs that use this tool share the limit. */
  readonly limit?: ToolLimit<Args, Context> | undefined
  /** What the model reads when `execute` throws; `throw` ends the run instead. @default the agent's `onToolError` */
  readonly onError?: 'message' | 'throw' | ((error: unknown) => string) | undefined
  /** Is the tool offered in this step? @default true */
  readonly enabled?: boolean | Hook<[context: Context], boolean | Promise<boolean>> | undefined
  /** Must a person approve the call before it runs? A function that throws counts as `true`. @default false */
  readonly needsApproval?:
    | boolean
    | Hook<[args: Args, context: ToolContext<Context>], boolean | Promise<boolean>>
    | undefined
  /**
   * Identifies what a person approves, for a tool that may change, such as one of a remote server: a hash of its definition
   * as it is now. The request records it. An approval holds only while it stays the same; otherwise approval is requested
   * again. @default an approval always holds
   */
  readonly fingerprint?: Hook<[args: Args], string | undefined | Promise<string | undefined>> | undefined
  /**
   * What to do with a call of an `unsafe` tool that had started when the process died. `ask`: wait for a person's
   * decision; `report`: the model reads that the outcome is unknown; `rerun`: run it again. @default 'ask'
   */
  readonly onInterrupted?:
    | Interrupted
    | Hook<[args: Args, context: ToolContext<Context>], Interrupted | Promise<Interrupted>>
    | undefined
  /**
   * Calls with the same key count as repetitions when the run looks for a model that loops. `false`: calls are never
   * counted, for a tool that is meant to be polled. @default the arguments
   */
  readonly loopKey?: false | Hook<[args: Args], string> | undefined
  /**
   * The most tokens of a result, or of an error, that the model reads; a longer one is cut. Images and other parts stay.
   * @default the agent's `maxResult`
   */
  readonly maxResult?: number | ResultBound | undefined
}

/** How a long result is cut for the model. */
export interface ResultBound {
  /** A whole number of at least 1. A note that says what was cut comes on top. */
  readonly tokens: number
  /** What is kept. @default 'head' */
  readonly keep?: KeepRule | undefined
}

/**
 * Which part of a long result the model reads: its beginning, its end, half of each, or the text that a function returns,
 * which is cut again if it is too long. A function that throws, or returns no text, counts as `head`.
 */
export type KeepRule =
  | 'head'
  | 'tail'
  | 'middle'
  | ((text: string, options: { readonly tokens: number; readonly countTokens: (text: string) => number }) => string)

/** What to do with a call whose outcome is unknown. */
export type Interrupted = 'ask' | 'report' | 'rerun'

export interface ToolLimit<Args = unknown, Context = unknown> {
  readonly concurrency?: number | undefined
  /** Milliseconds. At most `intervalCap` calls start in each interval. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
  /** Calls with the same key share the limit; different keys have one each. */
  key?(args: Args, context: Context): string
}

/** A function with bivariant parameters, like a method, so that any tool is assignable to `Tool`. */
export type Hook<Parameters extends readonly unknown[], Result> = {
  call(...parameters: Parameters): Result
}['call']

/** Options of `tool`, besides its schemas. */
export interface ToolOptions<Name extends string, Args, Output, Context> extends Partial<ToolPolicy<Args, Context>> {
  /** `[a-zA-Z0-9_-]{1,64}`, unique among an agent's tools. */
  readonly name: Name
  /** What it does and when to call it: the model reads this. */
  readonly description?: string | undefined
  /**
   * `false`: the schema is sent without strict mode, and the API does not enforce it. Arguments are validated in any
   * case. @default true
   */
  readonly strict?: boolean | StrictOptions | undefined
  /** Runs a call. A generator's yielded values are progress, its return value is the output. */
  execute?(args: Args, context: ToolContext<Context>): Output | Promise<Output> | AsyncGenerator<unknown, Output>
}
