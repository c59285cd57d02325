// What an agent is made of. `AgentOptions` is what users write; `AgentSpec` is what tasks read.
import type { Tool } from '@toolloop/schema'
import type { AnswerLimits } from '@toolloop/stream'
import type { CompletionClient } from '@toolloop/transport'
import type { ChatModel, Message, ModelRequest, ToolChoice, ToolDefinition } from '@toolloop/wire'
import type { OutputOption, OutputSpec } from './output.ts'
import type { RunState } from '../facts/state.ts'
import type { StopCondition } from './stop.ts'

/** Any tool; what it takes and gives is known to its own type. */
// oxlint-disable-next-line typescript/no-explicit-any -- arguments and context are contravariant: only `any` admits every tool
export type AnyTool = Tool<string, any, unknown, any>

/** The names of these tools; `string` where the list is only known when it runs. */
export type NamesOf<Tools extends readonly AnyTool[]> = Tools[number]['name']

/** Request parameters beyond what the agent itself sets; passed on as they are. */
export type AgentParams = Partial<
  Omit<ModelRequest, 'messages' | 'tools' | 'tool_choice' | 'response_format' | 'n' | 'parallel_tool_calls'>
>

/** How many of a run's calls may be under way at once, or start per interval. */
export interface RunLimit {
  readonly concurrency?: number | undefined
  /** Milliseconds, with `intervalCap` starts in each. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
}

/** What a tool's failure becomes: a message for the model, the end of the run, or a text of your own for the model. */
export type OnToolError = 'message' | 'throw' | ((error: unknown) => string)

/**
 * What `agent` takes. `Context` is enough to write the type; the others are there so that `agent` can tell what each
 * hook asks for by itself.
 */
export interface AgentOptions<
  Tools extends readonly AnyTool[],
  Output,
  Context,
  ParamsContext = Context,
  StepContext = Context,
  OutputContext = Context,
> {
  /** Names it in logs; a log is resumed by the agent of the same name. */
  readonly name: string
  /** A model's id, asked through `client`; or any `ChatModel`. */
  readonly model: string | ChatModel
  /** Turns a model's id into a model. @default the client made from OPENAI_API_KEY and OPENAI_BASE_URL */
  readonly client?: CompletionClient | undefined
  /** The system message; rendered for each request and never part of `messages`. */
  readonly instructions?: string | ((context: Context) => string | Promise<string>) | undefined
  readonly tools?: Tools | undefined
  /** The form of the answer. @default text */
  readonly output?: OutputOption<Output, OutputContext> | undefined
  readonly params?: AgentParams | ((context: ParamsContext) => AgentParams | Promise<AgentParams>) | undefined
  /** A choice that forces a call holds for the first step only. @default 'auto' */
  readonly toolChoice?: ToolChoice<NamesOf<Tools>> | undefined
  /** `false`: one call at a time, asked of the model and kept here. @default true */
  readonly parallel?: boolean | undefined
  readonly limit?: RunLimit | undefined
  /** Model calls of one run; then it ends as `limit`. @default 20 */
  readonly maxSteps?: number | undefined
  /** Ends the run as `stopped` after a step whose calls are done. Several: any of them. */
  readonly stopWhen?: StopCondition<NamesOf<Tools>> | readonly StopCondition<NamesOf<Tools>>[] | undefined
  /** Changes this one step. What it throws ends the run as `error`. */
  readonly prepareStep?:
    | ((
        input: PrepareStep<StepContext>,
      ) => StepChanges<NamesOf<Tools>> | void | Promise<StepChanges<NamesOf<Tools>> | void>)
    | undefined
  /** @default 'message' */
  readonly onToolError?: OnToolError | undefined
  /** How often a step whose stream broke off is asked again. @default 1 */
  readonly stepRetries?: number | undefined
  /** Start complete calls of tools with `effects: 'none' | 'idempotent'` while the model still talks. @default true */
  readonly earlyDispatch?: boolean | undefined
  /** What one answer of the model may take up; beyond it the run ends as `error`. @default 128 calls, 16 MiB of arguments a call, 32 MiB of text */
  readonly answerLimits?: AnswerLimits | undefined
  /** Ask for a stream or a whole answer. @default a stream when deltas are read or a tool may start early */
  readonly wire?: 'stream' | 'plain' | undefined
}

export interface PrepareStep<Context> {
  /** From 0. */
  readonly step: number
  readonly state: RunState
  readonly context: Context
}

/** What differs in one step; the rest is as the agent says. */
export interface StepChanges<Name extends string = string> {
  readonly model?: string | ChatModel | undefined
  readonly instructions?: string | undefined
  /** What the model is shown instead of the conversation; the transcript stays as it is. */
  readonly messages?: readonly Message[] | undefined
  /** Names of the tools to offer. */
  readonly tools?: readonly Name[] | undefined
  readonly toolChoice?: ToolChoice<Name> | undefined
  /** Laid over the agent's. */
  readonly params?: AgentParams | undefined
}

/** The tools of a step. Frozen: what is known of such a list is known of the next request. */
export interface Offer {
  readonly names: readonly string[]
  readonly definitions: readonly ToolDefinition[]
}

/** What the user's functions answer for a step; what is no function stands as it was given. */
export interface StepAnswers {
  readonly changes: StepChanges
  readonly offer: Offer
  readonly params: AgentParams
  readonly instructions: string | undefined
}

/** The description as tasks read it: defaults filled in, types erased. */
export interface AgentSpec {
  readonly name: string
  /** Changes when tools or output change. */
  readonly fingerprint: string
  /** The agent's model, or another by id. */
  readonly model: (other?: string | ChatModel) => ChatModel
  readonly instructions: (context: unknown) => string | undefined | Promise<string | undefined>
  readonly tools: ReadonlyMap<string, AnyTool>
  /** What is offered where nothing narrows it, if that is always the same. */
  readonly offer: Offer | undefined
  /** What holds for every step, where no function has a say. */
  readonly steady: StepAnswers | undefined
  readonly output: OutputSpec | undefined
  readonly params: (context: unknown) => AgentParams | Promise<AgentParams>
  readonly toolChoice: ToolChoice | undefined
  readonly parallel: boolean
  readonly limit: RunLimit | undefined
  readonly maxSteps: number
  readonly stopWhen: readonly StopCondition[]
  readonly prepareStep: ((input: PrepareStep<unknown>) => StepChanges | void | Promise<StepChanges | void>) | undefined
  readonly onToolError: OnToolError
  readonly stepRetries: number
  readonly earlyDispatch: boolean
  readonly answerLimits: AnswerLimits | undefined
  readonly wire: 'stream' | 'plain' | undefined
}
