import { type ContentPart, type ImagePart, type Message, UsageError, type UserMessage } from '@toolloop/wire'
import { deepFreeze } from './freeze.ts'

/** What a run is asked: a text, a conversation that ends with what is new, or nothing when a log goes on. */
export type Input = string | readonly Message[] | Message

/** A user message of a text and further parts: `user('What is on it?', image(url))`. */
export function user(text: string, ...parts: readonly ContentPart[]): UserMessage {
  return { role: 'user', content: parts.length === 0 ? text : [{ type: 'text', text }, ...parts] }
}

/** An image by https URL or data URL; nothing is fetched here. */
export function image(url: string | URL, options: { readonly detail?: 'auto' | 'low' | 'high' } = {}): ImagePart {
  return { type: 'image_url', image_url: { url: String(url), ...options } }
}

/** Messages of our own making: frozen, never changed, so they need no second copy. */
const owned = new WeakSet<Message>()

/** A frozen copy of a message, safe from whoever holds the original. */
export function own<M extends Message>(message: M): M {
  if (owned.has(message)) return message
  const copy = deepFreeze(structuredClone(message))
  owned.add(copy)
  return copy
}

/** Takes a message that nobody else holds. */
export function adopt<M extends Message>(message: M): M {
  owned.add(deepFreeze(message))
  return message
}

/** @throws UsageError with the path of the first message that the API would refuse */
export function messagesFrom(input: Input | undefined): Message[] {
  if (input === undefined) return []
  if (typeof input === 'string') return [adopt({ role: 'user', content: input })]
  const messages = Array.isArray(input) ? (input as readonly Message[]) : [input as Message]
  validateMessages(messages)
  return messages.map(own)
}

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** Roles exist, and every tool call is answered exactly once, directly behind its message, in any order. */
export function validateMessages(messages: readonly Message[]): void {
  let open = new Set<string>()
  for (const [at, message] of messages.entries()) {
    const path = `messages[${at}]`
    if (typeof message !== 'object' || message === null)
      throw new UsageError(
        `${path} is ${message === null ? 'null' : typeof message}; a message is an object with \`role\` and \`content\`.`,
      )
    if (!roles.has(message.role))
      throw new UsageError(
        `${path}.role is ${JSON.stringify(message.role)}; it must be one of ${[...roles].join(', ')}.`,
      )
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
    if (message.role === 'assistant' && message.tool_calls) {
      open = new Set(message.tool_calls.map((call) => call.id))
      if (open.size < message.tool_calls.length) throw new UsageError(`${path}.tool_calls uses an id twice.`)
    }
  }
  if (open.size > 0)
    throw new UsageError(
      `messages end before the tool call ${JSON.stringify([...open][0])} is answered; add its tool message.`,
    )
}
