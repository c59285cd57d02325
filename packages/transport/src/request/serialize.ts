// The body of a request. A history grows by a message or two a step: the rest need not be written again.
import { isDeepFrozen, type ModelMemory } from '@toolloop/wire'
import { GrownList, keptIn } from './grown-list.ts'

/**
 * JSON as `JSON.stringify` says it; as UTF-8, with the messages first, where the conversation's beginning was, or can
 * be, remembered.
 */
export function serialize(body: object, memory?: ModelMemory): string | Uint8Array<ArrayBuffer> {
  const { messages } = body as Body
  if (memory === undefined || !Array.isArray(messages)) return JSON.stringify(body)
  return keptIn(memory, serialize, makeHistory, (history) => continued(history, messages, body))
}

interface Body {
  readonly messages?: unknown
  readonly tools?: unknown
}

function continued(
  history: GrownList<Uint8Array>,
  messages: readonly unknown[],
  body: object,
): string | Uint8Array<ArrayBuffer> {
  const { isNew, added, count } = history.goOn(messages)
  if (isNew) history.made = opening
  if (count === 0) return JSON.stringify(body) // the first may still change
  const comma = history.made.length > opening.length && added.length > 0 ? ',' : ''
  const open = messages.slice(count).map((item) => `,${textOf(item)}`)
  const { messages: _, tools, ...rest } = body as Body
  const { whole, end } = joined(history.made, comma + listOf(added), `${open.join('')}]${tailOf(rest, tools)}}`)
  history.made = whole.subarray(0, end)
  return whole
}

const encoder = new TextEncoder()
const opening = encoder.encode('{"messages":[')

/** The body of the last request as far as its messages cannot change: a view of it. */
const makeHistory = (): GrownList<Uint8Array> => new GrownList(opening)

/** All but the messages, each with a comma before it. */
function tailOf(rest: object, tools: unknown): string {
  const text = JSON.stringify(rest)
  const fields = text === '{}' ? '' : `,${text.slice(1, -1)}`
  if (!Array.isArray(tools)) return tools === undefined ? fields : `${fields},"tools":${JSON.stringify(tools)}`
  return `${fields},"tools":[${tools.map(toolText).join(',')}]`
}

const textOf = (item: unknown): string => JSON.stringify(item) ?? 'null'
const listOf = (items: readonly unknown[]): string => items.map(textOf).join(',')

/** The texts of tools that cannot change; an agent's live as long as it does. */
const toolTexts = new WeakMap<object, string>()

function toolText(tool: unknown): string {
  if (typeof tool !== 'object' || tool === null || !Object.isFrozen(tool)) return textOf(tool)
  const known = toolTexts.get(tool)
  if (known !== undefined) return known
  const text = textOf(tool)
  if (isDeepFrozen(tool)) toolTexts.set(tool, text)
  return text
}

interface Joined {
  readonly whole: Uint8Array<ArrayBuffer>
  /** Where what was added ends. */
  readonly end: number
}

/** In one piece; what is ASCII takes exactly its length. */
function joined(history: Uint8Array, added: string, tail: string): Joined {
  const end = history.length + added.length
  const whole = new Uint8Array(end + tail.length)
  whole.set(history)
  const { read } = encoder.encodeInto(added + tail, whole.subarray(history.length))
  return read === added.length + tail.length ? { whole, end } : joinedSlowly(history, added, encoder.encode(tail))
}

function joinedSlowly(history: Uint8Array, added: string, tail: Uint8Array): Joined {
  const more = encoder.encode(added)
  const end = history.length + more.length
  const whole = new Uint8Array(end + tail.length)
  whole.set(history)
  whole.set(more, history.length)
  whole.set(tail, end)
  return { whole, end }
}
