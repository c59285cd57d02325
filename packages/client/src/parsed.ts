// The types of `parse` and `stream().final()`: a completion with parsed answers and arguments.
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

/** A tool made by `tool()` or `customTool()`, or a definition in the wire's format. */
export type ToolParam = Tool | ToolDefinition

/** The parameters of `parse`: those of `create`, but `response_format` and `tools` may parse the answer. */
export interface ParseParams<Parsed = unknown, Tools extends readonly ToolParam[] = readonly ToolParam[]> extends Omit<
  CompletionParams,
  'response_format' | 'stream' | 'stream_options' | 'tools'
> {
  /** A format made by `responseFormat(schema, { name })` parses the answer with its schema; any other is sent unchanged. */
  response_format?: ResponseFormatOf<Parsed> | ResponseFormat
  /** The arguments of calls to tools made by `tool()` are parsed. The list may also hold plain definitions. */
  tools?: Tools
}

/** The parameters of `stream`: those of `parse`, and the options of the stream. */
export interface StreamParams<
  Parsed = unknown,
  Tools extends readonly ToolParam[] = readonly ToolParam[],
> extends ParseParams<Parsed, Tools> {
  /** Always `true`; may be omitted. */
  stream?: true
  /** @default { include_usage: true } where the server's profile allows it */
  stream_options?: StreamOptions | null
}

/** A completion with parsed choices. Its JSON is the completion's: the parsed values are not enumerable. */
export interface ParsedCompletion<Parsed = unknown, Call = ToolCall> extends Omit<Completion, 'choices'> {
  choices: ParsedChoice<Parsed, Call>[]
}

export interface ParsedChoice<Parsed = unknown, Call = ToolCall> extends Omit<Choice, 'message'> {
  message: ParsedMessage<Parsed, Call>
}

/** It may be sent back unchanged. */
export interface ParsedMessage<Parsed = unknown, Call = ToolCall> extends Omit<CompletionMessage, 'tool_calls'> {
  /**
   * The answer, parsed by its schema. `null` for a refusal, for a message with tool calls, and without a schema.
   * Not enumerable.
   */
  readonly parsed: Parsed | null
  tool_calls?: Call[]
}

/** The calls that an answer may hold, given these tools: discriminate on `type`, then on `function.name`. */
export type ParsedCallOf<Tools extends readonly ToolParam[]> =
  | CustomToolCall
  | ([Tools[number]] extends [never] ? ParsedFunctionCall<string, null> : FunctionCallTo<Tools[number]>)

export interface ParsedFunctionCall<Name extends string, Args> extends Omit<FunctionToolCall, 'function'> {
  function: Omit<FunctionCall, 'name'> & {
    name: Name
    /** The arguments, parsed by the tool's schema; `null` for tools that were not made by `tool()`. Not enumerable. */
    readonly parsed_arguments: Args
  }
}

/** The types of the arguments of these tools, by name; they type the events. */
export type ArgsOf<Tools extends readonly ToolParam[]> = [Tools[number]] extends [never]
  ? AnyArgs
  : { readonly [One in Tools[number] as NameOf<One>]: ArgsOfOne<One> }

type NameOf<One extends ToolParam> = One extends
  | { readonly name: infer Name extends string }
  | { readonly type: 'function'; readonly function: { readonly name: infer Name extends string } }
  ? Name
  : never

/** `unknown` for a definition in the wire's format. */
type ArgsOfOne<One extends ToolParam> = One extends { readonly parse: (text: string) => Promise<infer Args> }
  ? Args
  : unknown

type FunctionCallTo<One extends ToolParam> =
  One extends Tool<infer Name, infer Args>
    ? ParsedFunctionCall<Name, Args>
    : One extends { readonly type: 'function'; readonly function: { readonly name: infer Name extends string } }
      ? ParsedFunctionCall<Name, null>
      : never
