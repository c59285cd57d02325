import { type ContentPart, type ImagePart, type Message, UsageError, type UserMessage } from '@toolloop/wire'
import { excerpt } from '../facts/excerpt.ts'
import { jsonCopy } from '../facts/json-copy.ts'
import { adopt, isOwn } from '../facts/own-message.ts'

/** The input of a run: a text, one message, or a conversation that ends with the new messages. */
export type Input = string | readonly Message[] | Message

/** A user message with a text and further parts: `user('What is on it?', image(url))`. */
export function user(text: string, ...parts: readonly ContentPart[]): UserMessage {
  return { role: 'user', content: parts.length === 0 ? text : [{ type: 'text', text }, ...parts] }
}

/** An image part, by https URL or data URL. Nothing is fetched here. */
export function image(url: string | URL, options: { readonly detail?: 'auto' | 'low' | 'high' } = {}): ImagePart {
  return { type: 'image_url', image_url: { url: String(url), ...options } }
}

/** Copies and freezes the input. @throws UsageError, with the path, for messages that the API would reject */
export function messagesFrom(input: Input | undefined): Message[] {
  if (input === undefined) return []
  if (typeof input === 'string') return [adopt({ role: 'user', content: input })]
  const messages = (Array.isArray(input) ? (input as readonly Message[]) : [input as Message]).map((message, at) => {
    if (isOwn(message)) return message
    const copy = jsonCopy(message, `messages[${at}]`) as Message
    checkMessage(copy, `messages[${at}]`)
    return adopt(copy)
  })
  validateMessages(messages)
  return messages
}

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** Validates roles and contents, and that every tool call has exactly one tool message, directly after its message. */
export function validateMessages(messages: readonly Message[]): void {
  let open = new Set<string>()
  for (const [at, message] of messages.entries()) {
    const path = `messages[${at}]`
    checkMessage(message, path)
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id))
        throw new UsageError(
          `${path} answers the tool call ${JSON.stringify(message.tool_call_id)}, which no assistant message directly before it made, or which is answered already.`,
        )
      continue
    }
    if (open.size > 0)
      throw new UsageError(
        `${path} comes before the tool call ${JSON.stringify([...open][0])} is answered; add its tool message.`,
      )
    if (message.role === 'assistant' && message.tool_calls) open = callIds(message.tool_calls, `${path}.tool_calls`)
  }
  if (open.size > 0)
    throw new UsageError(
      `messages end before the tool call ${JSON.stringify([...open][0])} is answered; add its tool message.`,
    )
}

function checkMessage(message: Message, path: string): void {
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new UsageError(`${path} is ${show(message)}; a message is an object with \`role\` and \`content\`.`)
  if (!roles.has(message.role))
    throw new UsageError(`${path}.role is ${show(message.role)}; it must be one of ${[...roles].join(', ')}.`)
  const { role, content } = message
  if (typeof content === 'string' || Array.isArray(content)) return
  const mayBeEmpty =
    role === 'assistant' && (message.tool_calls?.length || message.refusal || message.audio || message.function_call)
  if ((content ?? null) === null && (mayBeEmpty || role === 'function')) return
  throw new UsageError(`${path}.content is ${show(content)}; it must be text or an array of parts.`)
}

function callIds(calls: unknown, path: string): Set<string> {
  if (!Array.isArray(calls)) throw new UsageError(`${path} is ${show(calls)}; it must be an array of calls.`)
  const ids = new Set<string>()
  for (const [at, call] of (calls as readonly unknown[]).entries()) {
    const { id, function: body, custom } = (call ?? {}) as Record<string, unknown>
    if (typeof id !== 'string' || typeof (body ?? custom) !== 'object')
      throw new UsageError(
        `${path}[${at}] is ${show(call)}; a call has an \`id\`, a \`type\`, and a \`function\` or \`custom\`.`,
      )
    if (ids.has(id)) throw new UsageError(`${path} uses the id ${show(id)} twice.`)
    ids.add(id)
  }
  return ids
}

const show = (value: unknown): string => excerpt(JSON.stringify(value) ?? String(value), 120)
