// The body of a request. A history grows by a message or two a step: the rest need not be written again.
import { isDeepFrozen, type ModelMemory } from '@toolloop/wire'
import { GrownList, keptIn } from './grown-list.ts'

/** JSON as `JSON.stringify` says it; as UTF-8 where the conversation's beginning was, or can be, remembered. */
export function serialize(body: object, memory?: ModelMemory): string | Uint8Array<ArrayBuffer> {
  const { messages, tools, ...rest } = body as { messages?: unknown; tools?: unknown }
  if (memory === undefined || !Array.isArray(messages)) return JSON.stringify(body)
  const history = keptIn(memory, serialize, makeHistory)
  const { isNew, added, count } = history.goOn(messages)
  if (isNew) history.made = nothing
  if (count === 0) return JSON.stringify(body) // the first may still change
  const more = `${history.made.length > 0 && added.length > 0 ? ',' : ''}${listOf(added)}`
  const open = messages.slice(count).map((item) => `,${textOf(item)}`)
  const { whole, start, end } = joined(headOf(rest, tools), history.made, more, `${open.join('')}]}`)
  history.made = whole.subarray(start, end)
  return whole
}

/** The messages of the last request that cannot change, with commas between: a view of its body. */
const makeHistory = (): GrownList<Uint8Array> => new GrownList(nothing)
const nothing = new Uint8Array(0)

/** All but the messages, and where they begin. */
function headOf(rest: object, tools: unknown): string {
  const text = JSON.stringify(rest).slice(0, -1)
  const fields = text === '{' ? [] : [text.slice(1)]
  if (Array.isArray(tools)) fields.push(`"tools":[${tools.map(toolText).join(',')}]`)
  else if (tools !== undefined) fields.push(`"tools":${JSON.stringify(tools)}`)
  return `{${[...fields, '"messages":['].join(',')}`
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

const encoder = new TextEncoder()

interface Joined {
  readonly whole: Uint8Array<ArrayBuffer>
  /** Where the history begins, and where what was added to it ends. */
  readonly start: number
  readonly end: number
}

/** In one piece; what is ASCII takes exactly its length. */
function joined(head: string, history: Uint8Array, added: string, tail: string): Joined {
  const whole = new Uint8Array(head.length + history.length + added.length + tail.length)
  const start = put(whole, 0, head)
  const from = start + history.length
  if (start === head.length && from <= whole.length) {
    whole.set(history, start)
    const end = put(whole, from, added)
    if (end === from + added.length && put(whole, end, tail) === whole.length) return { whole, start, end }
  }
  return joinedSlowly(encoder.encode(head), history, encoder.encode(added), encoder.encode(tail))
}

/** Writes text and tells where it ends; elsewhere than behind its length where it is not ASCII. */
function put(whole: Uint8Array, at: number, text: string): number {
  const { read, written } = encoder.encodeInto(text, whole.subarray(at))
  return read === text.length ? at + written : -1
}

function joinedSlowly(head: Uint8Array, history: Uint8Array, added: Uint8Array, tail: Uint8Array): Joined {
  const start = head.length
  const end = start + history.length + added.length
  const whole = new Uint8Array(end + tail.length)
  whole.set(head)
  whole.set(history, start)
  whole.set(added, start + history.length)
  whole.set(tail, end)
  return { whole, start, end }
}
