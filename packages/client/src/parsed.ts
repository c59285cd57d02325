// What `parse` and `stream().final()` return: a completion whose answer and arguments were read.
import type { ResponseFormatOf, Tool } from '@toolloop/schema'
import type { AnyArgs } from '@toolloop/stream'
import type {
  Choice,
  Completion,
  CompletionMessage,
  CompletionParams,
  CustomToolCall,
  FunctionCall,
  FunctionToolCall,
  ResponseFormat,
  StreamOptions,
  ToolCall,
  ToolDefinition,
} from '@toolloop/wire'

/** A tool made by `tool()` or `customTool()`, or a definition as the wire has it. */
export type ToolParam = Tool | ToolDefinition

/** The parameters of `parse`: those of `create`, but the answer's format and the tools may know how to read. */
export interface ParseParams<Parsed = unknown, Tools extends readonly ToolParam[] = readonly ToolParam[]> extends Omit<
  CompletionParams,
  'response_format' | 'stream' | 'stream_options' | 'tools'
> {
  /** Made by `responseFormat(schema, { name })`, the answer is parsed with its schema; any other is sent as it is. */
  response_format?: ResponseFormatOf<Parsed> | ResponseFormat
  /** The arguments of calls to tools made by `tool()` are parsed; definitions of your own may stand beside them. */
  tools?: Tools
}

/** The parameters of `stream`: those of `parse`, and what the stream is to hold. */
export interface StreamParams<
  Parsed = unknown,
  Tools extends readonly ToolParam[] = readonly ToolParam[],
> extends ParseParams<Parsed, Tools> {
  /** Always so; may be said. */
  stream?: true
  /** @default { include_usage: true } where the server's profile allows it */
  stream_options?: StreamOptions | null
}

/** A completion whose choices were read. Its JSON is the completion's: what was parsed is not enumerable. */
export interface ParsedCompletion<Parsed = unknown, Call = ToolCall> extends Omit<Completion, 'choices'> {
  choices: ParsedChoice<Parsed, Call>[]
}

export interface ParsedChoice<Parsed = unknown, Call = ToolCall> extends Omit<Choice, 'message'> {
  message: ParsedMessage<Parsed, Call>
}

/** It may be sent back as it is. */
export interface ParsedMessage<Parsed = unknown, Call = ToolCall> extends Omit<CompletionMessage, 'tool_calls'> {
  /**
   * The answer, by its schema. `null` where the message is a refusal or asks for tools, and where no schema was given.
   * Not enumerable.
   */
  readonly parsed: Parsed | null
  tool_calls?: Call[]
}

/** The calls an answer to these tools may hold: discriminate on `type`, then on `function.name`. */
export type ParsedCallOf<Tools extends readonly ToolParam[]> =
  | CustomToolCall
  | ([Tools[number]] extends [never] ? ParsedFunctionCall<string, null> : FunctionCallTo<Tools[number]>)

export interface ParsedFunctionCall<Name extends string, Args> extends Omit<FunctionToolCall, 'function'> {
  function: Omit<FunctionCall, 'name'> & {
    name: Name
    /** The arguments, by the tool's schema; `null` for tools that were not made by `tool()`. Not enumerable. */
    readonly parsed_arguments: Args
  }
}

/** The arguments of calls to these tools, by name: what their events are typed with. */
export type ArgsOf<Tools extends readonly ToolParam[]> = [Tools[number]] extends [never]
  ? AnyArgs
  : { readonly [One in Tools[number] as NameOf<One>]: ArgsOfOne<One> }

type NameOf<One extends ToolParam> = One extends
  | { readonly name: infer Name extends string }
  | { readonly type: 'function'; readonly function: { readonly name: infer Name extends string } }
  ? Name
  : never

/** `unknown` for a definition as the wire has it. */
type ArgsOfOne<One extends ToolParam> = One extends { readonly parse: (text: string) => Promise<infer Args> }
  ? Args
  : unknown

type FunctionCallTo<One extends ToolParam> =
  One extends Tool<infer Name, infer Args>
    ? ParsedFunctionCall<Name, Args>
    : One extends { readonly type: 'function'; readonly function: { readonly name: infer Name extends string } }
      ? ParsedFunctionCall<Name, null>
      : never
