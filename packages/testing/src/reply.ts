// The replies of a scripted model, as frozen data, and the functions that make them.
import { UsageError, type FinishReason, type Logprobs, type ToolCall, type Usage } from '@toolloop/wire'
import type { Faulty } from './fault.ts'

/** One reply of a script. Made by `text`, `call`, `calls`, `reply`, `completion`, `chunks` and `failure`. */
export type Reply = AnswerReply | CompletionReply | ChunksReply | FailureReply

/** An answer given by its parts; id, usage and wire form are generated. Serves plain and streamed requests. */
export interface AnswerReply extends Delivery {
  readonly kind: 'answer'
  readonly choices: readonly AnswerParts[]
  readonly model?: string
  /** Absent: estimated from the request and the answer. `null`: no usage is sent. */
  readonly usage?: Usage | null
}

/** A body that is sent unchanged. For a streamed request it is split into chunks, if it has `choices`. */
export interface CompletionReply extends Delivery {
  readonly kind: 'completion'
  /** A string is sent unchanged, any other value as JSON. */
  readonly body: unknown
}

/** Chunks that are sent unchanged. Serves streamed requests only. */
export interface ChunksReply extends Delivery {
  readonly kind: 'chunks'
  readonly chunks: readonly unknown[]
}

/** An HTTP error. */
export interface FailureReply extends Delivery {
  readonly kind: 'failure'
  readonly status: number
  /** A string is sent unchanged, any other value as JSON. Absent: the API's error object for the status. */
  readonly body?: unknown
}

/** How a reply is sent. */
export interface Delivery extends Faulty {
  /** Characters (code points) of text or arguments in one delta. @default the script's */
  readonly deltaSize?: number
  /** Milliseconds before each chunk of a stream, and before a plain answer. @default the script's */
  readonly delay?: number
  /** Response headers in addition to the default ones. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One choice of an answer. */
export interface AnswerParts {
  readonly content?: string | null
  readonly refusal?: string | null
  /** Sent as `reasoning_content`. */
  readonly reasoning?: string
  readonly toolCalls?: readonly CallParts[]
  /** @default 'tool_calls' with calls, else 'stop' */
  readonly finishReason?: FinishReason | null
  readonly logprobs?: Logprobs | null
  /** Further fields of the message, under their wire names: `annotations`, `audio`, `reasoning_details`, … */
  readonly message?: Readonly<Record<string, unknown>>
}

/** One tool call: `args` for a function, `input` for a custom tool. */
export interface CallParts {
  readonly name: string
  /** An object is sent as JSON; a string is sent unchanged, valid or not. @default {} */
  readonly args?: Readonly<Record<string, unknown>> | string
  readonly input?: string
  /** @default `call_<request>_<position>`, both counted from 1 */
  readonly id?: string
}

/** The parts of the only choice, or `choices`. */
export interface ReplyOptions extends AnswerParts, Delivery {
  /** Several choices, for requests with `n`. */
  readonly choices?: readonly AnswerParts[]
  readonly model?: string
  readonly usage?: Usage | null
}

/** An answer of any shape. */
export function reply(options: ReplyOptions): AnswerReply {
  const { choices, model, usage, deltaSize, delay, headers, faults, ...parts } = options
  if (choices && Object.keys(parts).length > 0)
    throw new UsageError(
      `reply() got both \`choices\` and \`${Object.keys(parts)[0]}\`: move \`${Object.keys(parts)[0]}\` into an item of \`choices\``,
    )
  return Object.freeze({
    kind: 'answer',
    choices: choices ?? [parts],
    ...defined({ model, usage, deltaSize, delay, headers, faults }),
  })
}

/** An answer of text. */
export function text(content: string, options: Omit<ReplyOptions, 'content' | 'choices'> = {}): AnswerReply {
  return reply({ ...options, content })
}

/** One function call. */
export function call(
  name: string,
  args: Readonly<Record<string, unknown>> | string = {},
  options: Omit<ReplyOptions, 'toolCalls' | 'choices'> & { readonly id?: string } = {},
): AnswerReply {
  const { id, ...parts } = options
  return reply({ ...parts, toolCalls: [{ name, args, ...defined({ id }) }] })
}

/** Several calls in one answer. */
export function calls(
  toolCalls: readonly CallParts[],
  options: Omit<ReplyOptions, 'toolCalls' | 'choices'> = {},
): AnswerReply {
  return reply({ ...options, toolCalls })
}

/** The body of a 200, sent unchanged, even if it is no completion, such as `'<html>'`. */
export function completion(body: unknown, options: Delivery = {}): CompletionReply {
  return Object.freeze({ kind: 'completion', body, ...options })
}

/** The chunks of a stream, sent unchanged, then `[DONE]`. */
export function chunks(list: readonly unknown[], options: Delivery = {}): ChunksReply {
  return Object.freeze({ kind: 'chunks', chunks: list, ...options })
}

/**
 * An HTTP error, e.g. `failure(429, undefined, { 'retry-after': '1' })`. Without a body: the API's error object for
 * the status.
 */
export function failure(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): FailureReply {
  if (!Number.isInteger(status) || status < 400 || status > 599)
    throw new UsageError(
      `failure(${String(status)}): the status must be a whole number from 400 to 599; use completion(…) for a 200`,
    )
  return Object.freeze({ kind: 'failure', status, ...defined({ body, headers }) })
}

/** The wire form of a call. Without an id, `request` and `position`, both counted from 1, form one. */
export function toolCall(parts: CallParts, request: number, position: number): ToolCall {
  const id = parts.id ?? `call_${request}_${position}`
  if (parts.input !== undefined) return { id, type: 'custom', custom: { name: parts.name, input: parts.input } }
  const args = typeof parts.args === 'string' ? parts.args : JSON.stringify(parts.args ?? {})
  return { id, type: 'function', function: { name: parts.name, arguments: args } }
}

/** Drops keys whose value is `undefined`: an absent option and an undefined one mean the same. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result = { ...value }
  for (const key in result) if (result[key] === undefined) delete result[key]
  return result
}
