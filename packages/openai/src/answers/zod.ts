// Formats and tools made from Zod schemas. They parse what the model wrote.
import { responseFormat, type StandardSchema, tool } from '@toolloop/schema'
import type { ChatCompletionFunctionTool, ResponseFormatJSONSchema } from '../types/chat.ts'
import type { AutoParseableResponseFormat, AutoParseableTool } from '../types/parsing.ts'
import { jsonOf } from './reading.ts'

/** A schema of Zod 3 or 4, or of Zod Mini. */
export type ZodTypeLike = ({ _output: unknown } | { _zod: { output: unknown } }) & {
  parse?: (data: unknown) => unknown
}
export type InferZodType<T extends ZodTypeLike> = T extends { _output: infer Output }
  ? Output
  : T extends { _zod: { output: infer Output } }
    ? Output
    : never

export type ZodResponseFormatProps = Omit<ResponseFormatJSONSchema['json_schema'], 'schema' | 'strict' | 'name'>

/**
 * A strict `response_format` from a Zod schema. `parse` and `stream` then set `message.parsed`.
 * @throws SchemaError where the API would reject the schema, with every problem and its remedy
 */
export function zodResponseFormat<ZodInput extends ZodTypeLike>(
  zodObject: ZodInput,
  name: string,
  props: ZodResponseFormatProps = {},
): AutoParseableResponseFormat<InferZodType<ZodInput>> {
  const { json_schema, parse } = responseFormat(zodObject as unknown as StandardSchema, { name })
  const format = { type: 'json_schema', json_schema: { ...props, name, strict: true, schema: json_schema.schema } }
  return hidden(format, {
    $brand: 'auto-parseable-response-format',
    $parseRaw: readerOf(zodObject, parse),
  }) as AutoParseableResponseFormat<InferZodType<ZodInput>>
}

export interface ZodFunctionOptions<Parameters extends ZodTypeLike> {
  name: string
  parameters: Parameters
  /** `runTools` calls it with the parsed arguments. */
  function?: ((args: InferZodType<Parameters>) => unknown) | undefined
  description?: string | undefined
}
type ZodFunctionTool<
  Parameters extends ZodTypeLike,
  Callback extends ZodFunctionOptions<Parameters>['function'],
> = AutoParseableTool<{ arguments: InferZodType<Parameters>; name: string; function: Callback }>

/**
 * A strict tool from a Zod schema. `parse` and `stream` then set `parsed_arguments`; `runTools` calls `function`.
 * @throws SchemaError where the API would reject the schema, with every problem and its remedy
 */
export function zodFunction<Parameters extends ZodTypeLike>(
  options: ZodFunctionOptions<Parameters> & { function: NonNullable<ZodFunctionOptions<Parameters>['function']> },
): ZodFunctionTool<Parameters, NonNullable<ZodFunctionOptions<Parameters>['function']>>
export function zodFunction<Parameters extends ZodTypeLike>(
  options: ZodFunctionOptions<Parameters>,
): ZodFunctionTool<Parameters, ZodFunctionOptions<Parameters>['function']>
export function zodFunction<Parameters extends ZodTypeLike>({
  name,
  parameters,
  function: callback,
  description,
}: ZodFunctionOptions<Parameters>): unknown {
  const own = tool({ name, parameters: parameters as unknown as StandardSchema })
  const { parameters: schema } = (own.definition as ChatCompletionFunctionTool).function
  const definition = {
    type: 'function',
    function: { name, parameters: schema, strict: true, ...(description && { description }) },
  }
  return hidden(definition, {
    $brand: 'auto-parseable-tool',
    $callback: callback,
    $parseRaw: readerOf(parameters, own.parse),
  })
}

function hidden<T extends object>(value: T, fields: Readonly<Record<string, unknown>>): T {
  for (const [name, field] of Object.entries(fields)) Object.defineProperty(value, name, { value: field })
  return value
}

/** Parses and validates. Invalid values throw Zod's own error, because programs catch that one. */
function readerOf(schema: ZodTypeLike, parse: (text: string) => Promise<unknown>): (text: string) => Promise<unknown> {
  return async (text) => {
    const json = jsonOf(text)
    try {
      return await parse(text)
    } catch (error) {
      schema.parse?.(json)
      throw error
    }
  }
}
