// Formats and tools that parse what the model wrote.
import type { ChatCompletionFunctionTool, ResponseFormatJSONSchema } from './chat.ts'

/** A `response_format` with a parser. The parser is not sent. */
export type AutoParseableResponseFormat<ParsedT> = ResponseFormatJSONSchema & {
  /** Types only. */
  __output: ParsedT
  $brand: 'auto-parseable-response-format'
  $parseRaw(content: string): ParsedT
}

export interface ToolTypes {
  name: string
  arguments: unknown
  function?: ((args: never) => unknown) | undefined
}

/** A function tool with a parser of its arguments, and optionally the function that `runTools` calls. */
export type AutoParseableTool<
  Types extends ToolTypes,
  HasFunction = Types['function'] extends (...args: never[]) => unknown ? true : false,
> = ChatCompletionFunctionTool & {
  /** Types only. */
  __arguments: Types['arguments']
  __name: Types['name']
  __hasFunction: HasFunction
  $brand: 'auto-parseable-tool'
  $callback: ((args: Types['arguments']) => unknown) | undefined
  $parseRaw(args: string): Types['arguments']
}

type ParsedOf<Format> = [Format] extends [never]
  ? null
  : Format extends AutoParseableResponseFormat<infer ParsedT>
    ? ParsedT
    : Format extends ResponseFormatJSONSchema
      ? unknown
      : null

/** The type of `message.parsed`, inferred from the request's `response_format`. */
export type ExtractParsedContentFromParams<Params extends { response_format?: unknown }> = ParsedOf<
  Params['response_format']
>
