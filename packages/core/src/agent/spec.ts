// The options of an agent. Users write `AgentOptions`; tasks read `AgentSpec`.
import type { Tool } from '@toolloop/schema'
import type { AnswerLimits } from '@toolloop/stream'
import type { CompletionClient } from '@toolloop/transport'
import type { ChatModel, Message, ModelRequest, ToolChoice, ToolDefinition } from '@toolloop/wire'
import type { Compaction } from '../compaction/strategy.ts'
import type { AnyMiddleware } from '../models/middleware.ts'
import type { ModelLayer } from '../models/model-onion.ts'
import type { ToolLayer } from '../models/tool-onion.ts'
import type { BudgetOptions } from './budget.ts'
import type { AnyGuardrail, GuardrailSet } from './guardrail.ts'
import type { AnyHandoff, HandoffOptions } from './handoff-option.ts'
import type { Bound, MaxResult } from './max-result.ts'
import type { OutputOption, OutputSpec } from './output.ts'
import type { RunState } from '../facts/state.ts'
import type { StopCondition } from './stop.ts'

/** Any tool, whatever its arguments, output and context. */
// oxlint-disable-next-line typescript/no-explicit-any -- arguments and context are contravariant: only `any` admits every tool
export type AnyTool = Tool<string, any, unknown, any>

/** The names of these tools; `string` when the list is only known at run time. */
export type NamesOf<Tools extends readonly AnyTool[]> = Tools[number]['name']
/** The names of the functions that hand over. */
type TransfersOf<Handoffs extends readonly AnyHandoff[]> = [Handoffs[number]] extends [never]
  ? never
  : `transfer_to_${string}`

/** Request parameters that the agent does not set itself; passed on as they are. */
export type AgentParams = Partial<
  Omit<ModelRequest, 'messages' | 'tools' | 'tool_choice' | 'response_format' | 'n' | 'parallel_tool_calls'>
>

/** How many tool calls of a run may execute at once, or start in each interval. */
export interface RunLimit {
  readonly concurrency?: number | undefined
  /** Milliseconds, with `intervalCap` starts in each. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
}

/** How a failed tool is handled: `message` sends the error to the model, `throw` ends the run, a function returns a text for the model. */
export type OnToolError = 'message' | 'throw' | ((error: unknown) => string)

/**
 * The options of `agent`. To write the type, `Context` is enough; the other context parameters let `agent` infer the
 * context of each hook separately.
 */
export interface AgentOptions<
  Tools extends readonly AnyTool[],
  Output,
  Context,
  ParamsContext = Context,
  StepContext = Context,
  OutputContext = Context,
  Name extends string = string,
  Handoffs extends readonly AnyHandoff[] = readonly AnyHandoff[],
  Guardrails extends readonly AnyGuardrail[] = readonly AnyGuardrail[],
  Around extends readonly AnyMiddleware[] = readonly AnyMiddleware[],
> {
  /** Stored in logs. A log can only be resumed by an agent of the same name. */
  readonly name: Name
  /** A model's id, requested through `client`; or any `ChatModel`. */
  readonly model: string | ChatModel
  /** The client for models given by id. @default the client made from OPENAI_API_KEY and OPENAI_BASE_URL */
  readonly client?: CompletionClient | undefined
  /** The system message. It is rendered for each request and is never part of `messages`. */
  readonly instructions?: string | ((context: Context) => string | Promise<string>) | undefined
  readonly tools?: Tools | undefined
  /**
   * The agents that the model may hand the conversation over to: an agent, `handoff(agent, { … })`, or a name where agents
   * hand over to each other. From the next step on, the other agent's instructions, tools, output and settings hold.
   */
  readonly handoffs?: Handoffs | undefined
  /** The form of the answer. @default text */
  readonly output?: OutputOption<Output, OutputContext> | undefined
  readonly params?: AgentParams | ((context: ParamsContext) => AgentParams | Promise<AgentParams>) | undefined
  /** A choice that forces a call applies to the first step only. @default 'auto' */
  readonly toolChoice?: ToolChoice<NamesOf<Tools> | TransfersOf<Handoffs>> | undefined
  /** `false`: the request asks for one call at a time, and calls execute one at a time. @default true */
  readonly parallel?: boolean | undefined
  readonly limit?: RunLimit | undefined
  /** The maximum number of steps since the last input, with those of agents that it was handed over to; then the run ends as `limit`. @default 20 */
  readonly maxSteps?: number | undefined
  /**
   * Warns a model that repeats the same calls with the same arguments, or a cycle of two or three steps; if it goes on,
   * the run ends as `limit`. A tool's `loopKey` says what counts as the same call. @default true
   */
  readonly cycleGuard?: boolean | undefined
  /** What a run of this agent, and the runs inside it, may use; then it ends as `budget`. */
  readonly budget?: BudgetOptions | undefined
  /** Ends the run as `stopped` after a step whose calls are done. With several conditions, any of them. */
  readonly stopWhen?:
    | StopCondition<NamesOf<Tools> | TransfersOf<Handoffs>>
    | readonly StopCondition<NamesOf<Tools> | TransfersOf<Handoffs>>[]
    | undefined
  /** Returns changes for one step. If it throws, the run ends as `error`. */
  readonly prepareStep?:
    | ((
        input: PrepareStep<StepContext>,
      ) =>
        | StepChanges<NamesOf<Tools> | TransfersOf<Handoffs>>
        | void
        | Promise<StepChanges<NamesOf<Tools> | TransfersOf<Handoffs>> | void>)
    | undefined
  /**
   * The most tokens of a tool's result, or error, that the model reads; a longer one is cut, and the whole is kept. A tool's
   * own `maxResult` comes first. @default no bound but 1 MiB
   */
  readonly maxResult?: number | MaxResult | undefined
  /** @default 'message' */
  readonly onToolError?: OnToolError | undefined
  /** How many times a step is retried after its stream broke. @default 1 */
  readonly stepRetries?: number | undefined
  /** Start complete calls of tools with `effects: 'none' | 'idempotent'` while the answer still streams. @default true */
  readonly earlyDispatch?: boolean | undefined
  /** The size limits of one answer; beyond them the run ends as `error`. @default 128 calls, 16 MiB of arguments a call, 32 MiB of text */
  readonly answerLimits?: AnswerLimits | undefined
  /** Whether to request a stream or a plain body. @default a stream when the run is streamed or a tool may start early */
  readonly wire?: 'stream' | 'plain' | undefined
  /** Shortens the conversation before a step; several strategies one after the other. @default none */
  readonly compact?: Compaction | readonly Compaction[] | undefined
  /** Checks on what goes in, what comes out, and what the tools do. @default none */
  readonly guardrails?: Guardrails | undefined
  /** Code around model calls and tool calls; the first one is the outermost. @default none */
  readonly middleware?: Around | undefined
}

export interface PrepareStep<Context> {
  /** From 0. */
  readonly step: number
  readonly state: RunState
  readonly context: Context
}

/** Changes for one step. Everything else is as in the agent's options. */
export interface StepChanges<Name extends string = string> {
  readonly model?: string | ChatModel | undefined
  readonly instructions?: string | undefined
  /** Sent in place of the conversation; the transcript stays unchanged. */
  readonly messages?: readonly Message[] | undefined
  /** Tools to offer beside the agent's, in this step. Return the same objects again while they are the same tools. */
  readonly addTools?: readonly AnyTool[] | undefined
  /** Names of the agent's tools to offer. */
  readonly tools?: readonly Name[] | undefined
  readonly toolChoice?: ToolChoice<Name> | undefined
  /** Merged over the agent's `params`. */
  readonly params?: AgentParams | undefined
}

/** The tools that a step offers. Frozen, so that later steps can reuse what was computed from them. */
export interface Offer {
  readonly names: readonly string[]
  readonly definitions: readonly ToolDefinition[]
}

/** The values of options that may be functions, for one step. */
export interface StepAnswers {
  readonly changes: StepChanges
  readonly offer: Offer
  readonly params: AgentParams
  readonly instructions: string | undefined
}

/** What a run needs of a handoff. */
export interface HandoffSpec {
  /** The function that the model calls. */
  readonly tool: AnyTool
  /** The agent's name. */
  readonly to: string
  /** `undefined` where only the name is known. */
  readonly spec: AgentSpec | undefined
  readonly filter: HandoffOptions['filter']
}

/** The options with defaults filled in and types erased. */
export interface AgentSpec {
  readonly name: string
  /** Changes when tools or output change. */
  readonly fingerprint: string
  /** The agent's model, or another by id. */
  readonly model: (other?: string | ChatModel) => ChatModel
  readonly instructions: (context: unknown) => string | undefined | Promise<string | undefined>
  /** The tools, and the functions that hand over. */
  readonly tools: ReadonlyMap<string, AnyTool>
  /** By the function's name. */
  readonly handoffs: ReadonlyMap<string, HandoffSpec>
  /** The offer of every step that is not narrowed, if it is always the same. */
  readonly offer: Offer | undefined
  /** The values for every step, when no option is a function. */
  readonly steady: StepAnswers | undefined
  readonly output: OutputSpec | undefined
  readonly params: (context: unknown) => AgentParams | Promise<AgentParams>
  readonly toolChoice: ToolChoice | undefined
  readonly parallel: boolean
  readonly limit: RunLimit | undefined
  readonly maxSteps: number
  readonly cycleGuard: boolean
  readonly budget: BudgetOptions | undefined
  readonly stopWhen: readonly StopCondition[]
  readonly prepareStep: ((input: PrepareStep<unknown>) => StepChanges | void | Promise<StepChanges | void>) | undefined
  readonly maxResult: MaxResult | undefined
  /** Counts the tokens of results. */
  readonly countTokens: Bound['countTokens']
  readonly onToolError: OnToolError
  readonly stepRetries: number
  readonly earlyDispatch: boolean
  readonly answerLimits: AnswerLimits | undefined
  readonly wire: 'stream' | 'plain' | undefined
  /** `undefined` without any. */
  readonly compact: readonly Compaction[] | undefined
  /** `undefined` without any. */
  readonly guardrails: GuardrailSet | undefined
  /** The middlewares with a part around model calls, and around tool calls; `undefined` without any. */
  readonly modelLayers: readonly ModelLayer[] | undefined
  readonly toolLayers: readonly ToolLayer[] | undefined
}
