// A fast path for whole answers that follow the API exactly: they need no builder.
import type { CompletionMessage, FinishReason, FunctionToolCall } from '@toolloop/wire'
import { Bounds } from '../limits/bounds.ts'
import type { Answer } from './builder.ts'
import { asWire, copyJson, isJson, isObject } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { ObjectScan } from '../json/object-scan.ts'
import { statedError } from './failure.ts'
import { isSound } from './usage.ts'

/** The answer in a body with one choice; shares nothing with the body. */
export interface PlainAnswer extends Answer {
  readonly finish_reason: FinishReason
}

/**
 * The answer in a body that follows the API exactly: a text, or calls with new ids whose arguments are one JSON object
 * each, well within the default limits. `undefined` for any other body, which `CompletionBuilder` reads. An answer equals
 * the one that the builder makes.
 */
export function plainAnswer(body: unknown, takenIds: ReadonlySet<string>): PlainAnswer | undefined {
  if (!isObject(body) || 'x_groq' in body || statedError(body) !== undefined) return undefined
  const { choices, usage = null } = body
  const choice: unknown = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined
  if (!isObject(choice) || 'delta' in choice || 'usage' in choice || (choice['index'] ?? 0) !== 0) return undefined
  if (statedError(choice) !== undefined) return undefined
  const { finish_reason } = choice
  if (typeof finish_reason !== 'string' || finish_reason === '') return undefined
  if (usage !== null && !(isObject(usage) && isSound(usage))) return undefined
  const message = plainMessage(choice['message'], takenIds)
  return message && { message, finish_reason: asWire(finish_reason), usage: asWire(copyJson(usage)), ignored: nothing }
}

const nothing: readonly string[] = Object.freeze([])

function plainMessage(value: unknown, takenIds: ReadonlySet<string>): CompletionMessage | undefined {
  if (!isObject(value) || value['role'] !== 'assistant') return undefined
  const message: CompletionMessage = { role: 'assistant', content: null }
  for (const key in value) {
    const field = value[key]
    if (field === null) {
      if (key === 'refusal') message.refusal = null
      else if (!emptyFields.has(key)) return undefined
    } else if (key === 'tool_calls') {
      const calls = plainCalls(field, takenIds)
      if (calls === undefined) return undefined
      message.tool_calls = calls
    } else if ((key === 'content' || key === 'reasoning_content') && isShort(field)) message[key] = field
    else if (key === 'annotations' && Array.isArray(field) && field.length === 0) message.annotations = []
    else if (key !== 'role') return undefined
  }
  return message
}

/** Fields whose value may be `null`. */
const emptyFields = new Set(['content', 'tool_calls', 'function_call', 'audio'])
const mostCalls = 64

function plainCalls(value: unknown, takenIds: ReadonlySet<string>): FunctionToolCall[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostCalls) return undefined
  const ids = new Set<string>()
  const calls: FunctionToolCall[] = []
  for (const item of value as readonly unknown[]) {
    const call = isObject(item) ? plainCall(item) : undefined
    if (call === undefined || takenIds.has(call.id) || ids.has(call.id)) return undefined
    ids.add(call.id)
    calls.push(call)
  }
  return calls
}

function plainCall(call: JsonObject): FunctionToolCall | undefined {
  for (const key in call) if (key !== 'id' && key !== 'type' && key !== 'function' && key !== 'index') return undefined
  const { id, type, function: body } = call
  if (typeof id !== 'string' || id === '' || type !== 'function' || !isObject(body)) return undefined
  for (const key in body) if (key !== 'name' && key !== 'arguments') return undefined
  const { name, arguments: text } = body
  if (typeof name !== 'string' || name === '' || !isShort(text) || !isOneObject(text)) return undefined
  return { id, type, function: { name, arguments: text } }
}

const mostCharacters = 65_536
const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= mostCharacters

const defaults = new Bounds({})
const isOneObject = (text: string): boolean => new ObjectScan(defaults).push(text, 0) === text.length && isJson(text)
