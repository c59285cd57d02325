// Parses the answer and the arguments in a completion, or throws an error with the reason why it cannot.
import { OutputError, type ResponseFormatOf, type Tool } from '@toolloop/schema'
import {
  type Choice,
  type Completion,
  type CompletionMessage,
  finishOf,
  type ResponseFormat,
  StreamError,
  type ToolCall,
} from '@toolloop/wire'
import { ContentFilterFinishReasonError, LengthFinishReasonError } from './errors.ts'
import type { ParsedCompletion } from './parsed.ts'

/** The parsers of an answer. */
export interface AnswerReaders {
  /** Without a format the answer is text. */
  readonly format: ResponseFormatOf<unknown> | undefined
  readonly tools: ReadonlyMap<string, Tool>
  /** A JSON Schema written by hand holds the answer, or the arguments of a call. */
  readonly strict: boolean
}

/** Must this answer fit a schema? */
export function expectsForm({ format, tools, strict }: AnswerReaders): boolean {
  return format !== undefined || tools.size > 0 || strict
}

/** @throws LengthFinishReasonError, ContentFilterFinishReasonError when a choice is incomplete, and what `checkFinish` throws */
export function checkWhole(completion: Completion): void {
  for (const { finish_reason } of completion.choices) {
    const finish = finishOf(finish_reason)
    if (finish === 'truncated') throw new LengthFinishReasonError(completion)
    if (finish === 'filtered') throw new ContentFilterFinishReasonError(completion)
  }
  checkFinish(completion)
}

/** @throws StreamError when the finish reason says that the server broke off; its `snapshot` is the completion */
export function checkFinish(completion: Completion): void {
  const failed = completion.choices.find(({ finish_reason }) => finishOf(finish_reason) === 'failed')
  if (failed === undefined) return
  const problem = `The server broke the answer off (finish_reason \`${failed.finish_reason}\`)`
  throw new StreamError(`${problem}. The partial answer is in \`error.snapshot\`; a retry may succeed.`, {
    snapshot: completion,
  })
}

/**
 * Adds `parsed` and `parsed_arguments`, not enumerable, to every choice of `completion` and returns it.
 * @throws OutputError, ToolInputError where one does not fit its schema; `snapshotOf(error)` is the completion
 */
export async function readAnswer(completion: Completion, readers: AnswerReaders): Promise<ParsedCompletion> {
  if (completion.choices.length === 0)
    throw new StreamError('The answer holds none of the requested choices', { snapshot: completion })
  try {
    await Promise.all(completion.choices.map((choice) => readChoice(choice, readers)))
  } catch (error) {
    throw withCompletion(error, completion)
  }
  return completion as ParsedCompletion
}

export function isReadable(format: ResponseFormat | undefined): format is ResponseFormatOf<unknown> {
  return format?.type === 'json_schema' && 'parse' in format
}

async function readChoice({ message }: Choice, { format, tools }: AnswerReaders): Promise<void> {
  await Promise.all((message.tool_calls ?? []).map((call) => readCall(call, tools)))
  hide(message, 'parsed', format === undefined ? null : await readContent(message, format))
}

async function readCall(call: ToolCall, tools: ReadonlyMap<string, Tool>): Promise<void> {
  if (call.type !== 'function') return
  const tool = tools.get(call.function.name)
  const args = tool?.type === 'function' ? await tool.parse(call.function.arguments) : null
  hide(call.function, 'parsed_arguments', args)
}

/** `null` for a refusal and for a message with tool calls, whose text is not the answer yet. */
async function readContent(message: CompletionMessage, format: ResponseFormatOf<unknown>): Promise<unknown> {
  if (message.refusal || message.tool_calls?.length || message.function_call) return null
  if (typeof message.content === 'string') return format.parse(message.content)
  throw new OutputError(
    `The answer does not fit \`${format.json_schema.name}\``,
    [{ path: '', message: 'the message has no content, no refusal and no tool calls' }],
    { text: '' },
  )
}

function hide(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: true })
}

/** Adds the completion, which `snapshotOf` reads, as on the errors of streams. */
function withCompletion(error: unknown, completion: Completion): unknown {
  if (error instanceof Error && Object.isExtensible(error))
    Object.defineProperty(error, 'snapshot', { value: completion, enumerable: false, configurable: true })
  return error
}
