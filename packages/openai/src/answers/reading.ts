// From a completion to what it was asked to say: `parsed`, `parsed_arguments`, or the error that programs expect.
import { ContentFilterFinishReasonError, LengthFinishReasonError, OpenAIError } from '../errors/errors.ts'
import type { ChatCompletionTool } from '../types/chat.ts'
import type { ChatCompletion, ChatCompletionMessage, ParsedChatCompletion } from '../types/completion.ts'

/** What of a request tells how to read its answer. */
export interface ReadingParams {
  readonly response_format?: unknown
  readonly tools?: readonly unknown[] | null | undefined
}

interface Reader {
  readonly $parseRaw?: (text: string) => unknown
}

/** Does the request say how its answer is to be read? */
export function readsAnswer({ response_format, tools }: ReadingParams): boolean {
  return formatReader(response_format) !== undefined || (tools ?? []).some((tool) => toolReader(tool) !== undefined)
}

/** What reads the content; `undefined` where it is text. */
export function formatReader(format: unknown): ((text: string) => unknown) | undefined {
  const { $parseRaw, type } = (format ?? {}) as Reader & { type?: unknown }
  return typeof $parseRaw === 'function' ? (text) => $parseRaw(text) : type === 'json_schema' ? jsonOf : undefined
}

function toolReader(tool: unknown): ((text: string) => unknown) | undefined {
  const { $parseRaw, function: definition } = (tool ?? {}) as Reader & { function?: { strict?: unknown } }
  if (typeof $parseRaw === 'function') return (text) => $parseRaw(text)
  return definition?.strict === true ? jsonOf : undefined
}

/** What reads the arguments of a tool; `undefined` for one that is not strict, and for an unknown one. */
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
 * A copy of the completion with everything read.
 * @throws LengthFinishReasonError, ContentFilterFinishReasonError when a choice was cut, and what the readers throw
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

/** `null` for a refusal, where there is no content, and where nothing says how to read it. */
async function readContent(message: ChatCompletionMessage, { response_format }: ReadingParams): Promise<unknown> {
  const { content, refusal, tool_calls, function_call } = message
  if (typeof content !== 'string' || refusal) return null
  if (content === '' && (tool_calls?.length || function_call)) return null
  const read = formatReader(response_format)
  return read ? read(content) : null
}

/** The same, where nothing was asked to be read. */
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

/** @throws OpenAIError for a tool whose arguments cannot be read: one that is not strict */
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

/** JSON as it is; the parser's own error would quote the answer. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SyntaxError('Error reading response: invalid structured output JSON.')
  }
}
