// Serialises the body of a request. A history grows by one or two messages per step; only these are serialised again.
import { isDeepFrozen, type ModelMemory } from '@toolloop/wire'
import { GrownList, cachedIn } from './grown-list.ts'

/**
 * The same JSON as `JSON.stringify`. With `memory` and deeply frozen messages: as UTF-8, with `messages` first, and the
 * serialised start of the conversation is reused.
 */
export function serialize(body: object, memory?: ModelMemory): string | Uint8Array<ArrayBuffer> {
  const { messages } = body as Body
  if (memory === undefined || !Array.isArray(messages)) return JSON.stringify(body)
  return cachedIn(memory, serialize, makeHistory, (history) => continued(history, messages, body))
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
  const { isNew, added, count } = history.extendTo(messages)
  if (isNew) history.derived = opening
  if (count === 0) return JSON.stringify(body) // the first message may still change
  const comma = history.derived.length > opening.length && added.length > 0 ? ',' : ''
  const open = messages.slice(count).map((item) => `,${textOf(item)}`)
  const { messages: _, tools, ...rest } = body as Body
  const { whole, end } = joined(history.derived, comma + listOf(added), `${open.join('')}]${tailOf(rest, tools)}}`)
  history.derived = whole.subarray(0, end)
  return whole
}

const encoder = new TextEncoder()
const opening = encoder.encode('{"messages":[')

/** The start of the last body, up to its last frozen message: a view, not a copy. */
const makeHistory = (): GrownList<Uint8Array> => new GrownList(opening)

/** All fields but the messages, each with a comma before it. */
function tailOf(rest: object, tools: unknown): string {
  const text = JSON.stringify(rest)
  const fields = text === '{}' ? '' : `,${text.slice(1, -1)}`
  if (!Array.isArray(tools)) return tools === undefined ? fields : `${fields},"tools":${JSON.stringify(tools)}`
  return `${fields},"tools":[${tools.map(toolText).join(',')}]`
}

const textOf = (item: unknown): string => JSON.stringify(item) ?? 'null'
const listOf = (items: readonly unknown[]): string => items.map(textOf).join(',')

/** The JSON of deeply frozen tools. An entry lives as long as its tool. */
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
  /** Where the added messages end. */
  readonly end: number
}

/** Joins the parts in one buffer. Sized for ASCII; other text takes the slow path. */
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
