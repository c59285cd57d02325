import { deepFreeze, isDeepFrozen, type Message, showOption, UsageError } from '@toolloop/wire'
import type { Middleware } from '../models/middleware.ts'

/** What to hide: each match of an expression becomes its replacement. */
export type Redactions = Readonly<Record<string, RegExp>>

/**
 * Replaces text in what is sent to the model: in all messages, instructions, arguments and results of tools included. The
 * log keeps the originals. `redact({ EMAIL: /\S+@\S+/ })` sends `[EMAIL]`.
 * @throws UsageError for a value that is no regular expression
 */
export function redact(redactions: Redactions): Middleware {
  const rules = Object.entries(redactions).map(([name, expression]): readonly [RegExp, string] => {
    if (!(expression instanceof RegExp))
      throw new UsageError(`redact(): \`${name}\` is ${showOption(expression)}; it must be a regular expression.`)
    return [new RegExp(expression.source, expression.flags.replace(/[gy]/g, '') + 'g'), `[${name}]`]
  })
  if (rules.length === 0) throw new UsageError('redact() hides nothing: pass at least one expression.')
  const hide = (text: string): string =>
    rules.reduce((now, [expression, name]) => now.replace(expression, () => name), text)
  const known = new WeakMap<Message, Message>()
  const hidden = (message: Message): Message => {
    const before = known.get(message)
    if (before) return before
    const after = strings(message, hide) as Message
    if (isDeepFrozen(message)) known.set(message, deepFreeze(after)) // the same object: models cache what they made of it
    return after
  }
  return Object.freeze<Middleware>({
    name: 'redact',
    model: ({ request }, next) => next({ ...request, messages: request.messages.map(hidden) }),
  })
}

/** Fields that pair messages up, or name what they are. */
const kept: ReadonlySet<string> = new Set(['role', 'type', 'id', 'tool_call_id', 'name'])
const nothing: ReadonlySet<string> = new Set()

/** A copy with every text changed but those of some fields; the value itself where no text changes. */
function strings(value: unknown, change: (text: string) => string, except = kept): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  const changed = (key: string, item: unknown): unknown => {
    if (except.has(key)) return item
    return key === 'arguments' && typeof item === 'string' ? inJson(item, change) : strings(item, change, except)
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, changed(key, item)])
  if (entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])) return value
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}

/** Arguments of a call stay JSON: their texts are changed one by one. */
function inJson(text: string, change: (text: string) => string): string {
  try {
    const value: unknown = JSON.parse(text)
    const changed = strings(value, change, nothing)
    return changed === value ? text : JSON.stringify(changed)
  } catch {
    return change(text)
  }
}
