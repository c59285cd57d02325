// Parses a completion: sets `parsed` and `parsed_arguments`, or throws the error that the peer throws.
import { ContentFilterFinishReasonError, LengthFinishReasonError, OpenAIError } from '../errors/errors.ts'
import type { ChatCompletionTool } from '../types/chat.ts'
import type { ChatCompletion, ChatCompletionMessage, ParsedChatCompletion } from '../types/completion.ts'

/** The request parameters that decide how its answer is parsed. */
export interface ReadingParams {
  readonly response_format?: unknown
  readonly tools?: readonly unknown[] | null | undefined
}

interface Reader {
  readonly $parseRaw?: (text: string) => unknown
}

/** True if any part of the answer has a parser. */
export function readsAnswer({ response_format, tools }: ReadingParams): boolean {
  return formatReader(response_format) !== undefined || (tools ?? []).some((tool) => toolReader(tool) !== undefined)
}

/** The parser of the content; `undefined` where it is plain text. */
export function formatReader(format: unknown): ((text: string) => unknown) | undefined {
  const { $parseRaw, type } = (format ?? {}) as Reader & { type?: unknown }
  return typeof $parseRaw === 'function' ? (text) => $parseRaw(text) : type === 'json_schema' ? jsonOf : undefined
}

function toolReader(tool: unknown): ((text: string) => unknown) | undefined {
  const { $parseRaw, function: definition } = (tool ?? {}) as Reader & { function?: { strict?: unknown } }
  if (typeof $parseRaw === 'function') return (text) => $parseRaw(text)
  return definition?.strict === true ? jsonOf : undefined
}

/** The parser of a tool's arguments; `undefined` for a tool that is not strict or not known. */
export function argumentsReader(
  tools: ReadingParams['tools'],
  name: string | undefined,
): ((text: string) => unknown) | undefined {
  const tool = (tools ?? []).find(
    (one) => (one as { function?: { name?: string } } | null)?.function?.name === name && name !== undefined,
  )
  return toolReader(tool)
}

/** @throws LengthFinishReasonError, ContentFilterFinishReasonError */
export function checkWhole({ choices }: { readonly choices: readonly { readonly finish_reason: unknown }[] }): void {
  for (const { finish_reason } of choices) {
    if (finish_reason === 'length') throw new LengthFinishReasonError()
    if (finish_reason === 'content_filter') throw new ContentFilterFinishReasonError()
  }
}

/**
 * A copy of the completion with its content and arguments parsed.
 * @throws LengthFinishReasonError, ContentFilterFinishReasonError when a choice was cut, and what the parsers throw
 */
export async function readCompletion<ParsedT>(
  completion: ChatCompletion,
  params: ReadingParams,
): Promise<ParsedChatCompletion<ParsedT>> {
  checkWhole(completion)
  const choices = await Promise.all(
    completion.choices.map(async (choice) => {
      const { tool_calls: calls } = choice.message
      const tool_calls = calls && (await Promise.all(calls.map((call) => readCall(call, params))))
      const parsed = await readContent(choice.message, params)
      return { ...choice, message: { ...choice.message, ...(tool_calls && { tool_calls }), parsed } }
    }),
  )
  return { ...completion, choices } as ParsedChatCompletion<ParsedT>
}

/** `null` for a refusal, without content, and without a parser. */
async function readContent(message: ChatCompletionMessage, { response_format }: ReadingParams): Promise<unknown> {
  const { content, refusal, tool_calls, function_call } = message
  if (typeof content !== 'string' || refusal) return null
  if (content === '' && (tool_calls?.length || function_call)) return null
  const read = formatReader(response_format)
  return read ? read(content) : null
}

/** A copy with `parsed: null`, for a request without parsers. */
export function unread<ParsedT>(completion: ChatCompletion): ParsedChatCompletion<ParsedT> {
  const choices = completion.choices.map((choice) => ({ ...choice, message: { ...choice.message, parsed: null } }))
  return { ...completion, choices }
}

async function readCall<Call extends { type: string }>(call: Call, { tools }: ReadingParams): Promise<Call> {
  if (call.type === 'custom') return call
  if (call.type !== 'function')
    throw new OpenAIError(`Only calls of \`function\` and \`custom\` tools can be read; this one is \`${call.type}\``)
  const { function: body } = call as unknown as { function: { name: string; arguments: string } }
  const read = argumentsReader(tools, body.name)
  const parsed_arguments = read ? await read(body.arguments) : null
  return { ...call, function: { ...body, parsed_arguments } }
}

/** @throws OpenAIError for a tool that is not strict: its arguments cannot be parsed */
export function checkTools(tools: readonly ChatCompletionTool[] | null | undefined): void {
  for (const tool of tools ?? []) {
    if (tool.type === 'custom') continue
    if (tool.type !== 'function')
      throw new OpenAIError(
        `\`parse\` takes \`function\` and \`custom\` tools; this one is \`${(tool as { type: string }).type}\``,
      )
    if (tool.function.strict !== true)
      throw new OpenAIError(
        `The \`${tool.function.name}\` tool is not marked with \`strict: true\`. Only strict function tools can be auto-parsed`,
      )
  }
}

/** JSON without validation. Its error is our own, because `JSON.parse` quotes the answer in the message. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SyntaxError('Error reading response: invalid structured output JSON.')
  }
}
