// Tools with a function that `runTools` calls.
import { OpenAIError } from '../errors/errors.ts'
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionCustomTool,
  ChatCompletionTool,
  FunctionParameters,
} from '../types/chat.ts'
import type { AutoParseableTool } from '../types/parsing.ts'
import type { ChatCompletionRunnerContext } from './completion-runner.ts'

type PromiseOrValue<T> = T | Promise<T>
/** The second argument of a function: the runner of its run. */
export type FunctionRunner = ChatCompletionRunnerContext

export interface RunnableFunctionWithParse<Args extends object, ToolContext = unknown> {
  function: (args: Args, runner: FunctionRunner, toolContext: ToolContext) => PromiseOrValue<unknown>
  /** Parses the arguments. The message of an error that it throws goes to the model. */
  parse: (input: string) => PromiseOrValue<Args>
  parameters: object
  description: string
  /** @default the function's own name */
  name?: string | undefined
  strict?: boolean | undefined
}
export interface RunnableFunctionWithoutParse<ToolContext = unknown> {
  function: (args: string, runner: FunctionRunner, toolContext: ToolContext) => PromiseOrValue<unknown>
  parameters: object
  description: string
  /** @default the function's own name */
  name?: string | undefined
  strict?: boolean | undefined
}
export type RunnableToolFunctionWithParse<Args extends object, ToolContext = unknown> = {
  type: 'function'
  function: RunnableFunctionWithParse<Args, ToolContext>
}
export type RunnableToolFunctionWithoutParse<ToolContext = unknown> = {
  type: 'function'
  function: RunnableFunctionWithoutParse<ToolContext>
}
export type RunnableToolFunctionWithContext<ToolContext> = {
  type: 'function'
  function: Omit<RunnableFunctionWithoutParse, 'function'> & {
    // oxlint-disable-next-line typescript/no-explicit-any -- one list holds tools of different arguments, inferred where each is written
    function: (args: any, runner: FunctionRunner, toolContext: ToolContext) => PromiseOrValue<unknown>
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    parse?: (input: string) => PromiseOrValue<any>
  }
}
export type RunnableToolFunction<Args extends object | string, ToolContext = unknown> = Args extends string
  ? RunnableToolFunctionWithoutParse<ToolContext>
  : Args extends object
    ? RunnableToolFunctionWithParse<Args, ToolContext>
    : never

export type BaseFunctionsArgs = readonly (object | string)[]
export type RunnableTools<FunctionsArgs extends BaseFunctionsArgs, ToolContext = unknown> = [
  // oxlint-disable-next-line typescript/no-explicit-any -- a list without stated arguments
  any[],
] extends [FunctionsArgs]
  ? readonly RunnableToolFunctionWithContext<ToolContext>[]
  : {
      [Index in keyof FunctionsArgs]: FunctionsArgs[Index] extends object | string
        ? RunnableToolFunction<FunctionsArgs[Index], ToolContext>
        : FunctionsArgs[Index]
    }

// oxlint-disable-next-line typescript/no-explicit-any -- any tool made by `zodFunction` with a function
type MadeTool = AutoParseableTool<any, true>

type RunnerParams<Params, FunctionsArgs extends BaseFunctionsArgs, ToolContext> = Omit<Params, 'tools'> & {
  tools: RunnableTools<FunctionsArgs, ToolContext> | readonly MadeTool[]
}

export type ChatCompletionToolRunnerParamsWithoutContext<FunctionsArgs extends BaseFunctionsArgs> = RunnerParams<
  ChatCompletionCreateParamsNonStreaming,
  FunctionsArgs,
  unknown
> & { toolContext?: never }
export type ChatCompletionToolRunnerParamsWithContext<
  FunctionsArgs extends BaseFunctionsArgs,
  ToolContext,
> = RunnerParams<ChatCompletionCreateParamsNonStreaming, FunctionsArgs, ToolContext> & { toolContext: ToolContext }
export type ChatCompletionToolRunnerParams<FunctionsArgs extends BaseFunctionsArgs, ToolContext = never> = [
  ToolContext,
] extends [never]
  ? ChatCompletionToolRunnerParamsWithoutContext<FunctionsArgs>
  : ChatCompletionToolRunnerParamsWithContext<FunctionsArgs, ToolContext>

export type ChatCompletionStreamingToolRunnerParamsWithoutContext<FunctionsArgs extends BaseFunctionsArgs> =
  RunnerParams<ChatCompletionCreateParamsStreaming, FunctionsArgs, unknown> & { toolContext?: never }
export type ChatCompletionStreamingToolRunnerParamsWithContext<
  FunctionsArgs extends BaseFunctionsArgs,
  ToolContext,
> = RunnerParams<ChatCompletionCreateParamsStreaming, FunctionsArgs, ToolContext> & { toolContext: ToolContext }
export type ChatCompletionStreamingToolRunnerParams<FunctionsArgs extends BaseFunctionsArgs, ToolContext = never> = [
  ToolContext,
] extends [never]
  ? ChatCompletionStreamingToolRunnerParamsWithoutContext<FunctionsArgs>
  : ChatCompletionStreamingToolRunnerParamsWithContext<FunctionsArgs, ToolContext>

/** A function tool whose `parse` returns the function's arguments. */
export class ParsingToolFunction<Args extends object, ToolContext = unknown> {
  type: 'function' = 'function' as const
  function: RunnableFunctionWithParse<Args, ToolContext>

  constructor(input: RunnableFunctionWithParse<Args, ToolContext>) {
    this.function = input
  }
}

/** A function tool as a run uses it. */
export interface RunnableTool {
  readonly name: string
  readonly parse: ((text: string) => unknown) | undefined
  readonly call: (args: unknown, runner: FunctionRunner, toolContext: unknown) => unknown
  /** The definition in the request. */
  readonly definition: ChatCompletionTool
}

/** @throws OpenAIError for a tool made without a function */
export function runnableTools(tools: readonly unknown[]): readonly (RunnableTool | ChatCompletionCustomTool)[] {
  return tools.map((tool) => {
    if (isMade(tool)) return madeTool(tool)
    const given = tool as RunnableToolFunctionWithContext<unknown> | ChatCompletionCustomTool
    return given.type === 'function' ? givenTool(given) : given
  })
}

export function isRunnable(tool: RunnableTool | ChatCompletionCustomTool): tool is RunnableTool {
  return 'call' in tool
}

function isMade(tool: unknown): tool is MadeTool {
  return (tool as { $brand?: unknown } | null)?.$brand === 'auto-parseable-tool'
}

function madeTool(tool: MadeTool): RunnableTool {
  const { $callback } = tool
  if (!$callback)
    throw new OpenAIError(`The tool \`${tool.function.name}\` given to \`.runTools()\` has no \`function\` to call`)
  const { name, description = '', parameters } = tool.function
  return {
    name,
    parse: (text) => tool.$parseRaw(text) as unknown,
    call: (args) => ($callback as (args: unknown) => unknown)(args),
    definition: { type: 'function', function: definitionOf(name, parameters, description, true) },
  }
}

function givenTool({ function: given }: RunnableToolFunctionWithContext<unknown>): RunnableTool {
  const { parse, parameters, description, strict } = given
  const name = given.name || given.function.name
  return {
    name,
    parse: typeof parse === 'function' ? (text) => parse(text) as unknown : undefined,
    call: (args, runner, toolContext) => given.function(args, runner, toolContext),
    definition: {
      type: 'function',
      function: definitionOf(name, parameters as FunctionParameters, description, strict),
    },
  }
}

/** The fields are in the peer's order. */
function definitionOf(
  name: string,
  parameters: FunctionParameters | undefined,
  description: string,
  strict: boolean | undefined,
): Extract<ChatCompletionTool, { type: 'function' }>['function'] {
  return {
    name,
    ...(parameters && { parameters }),
    description,
    ...(strict !== undefined && { strict }),
  }
}
