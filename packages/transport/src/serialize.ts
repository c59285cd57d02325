// The body of a request. A history grows by a message or two a step: the rest need not be written again.
import type { ModelMemory } from '@toolloop/wire'
import { GrownList, keptIn } from './grown-list.ts'

/** JSON as `JSON.stringify` says it; as UTF-8 where the conversation's beginning was, or can be, remembered. */
export function serialize(body: object, memory?: ModelMemory): string | Uint8Array<ArrayBuffer> {
  const { messages, tools, ...rest } = body as { messages?: unknown; tools?: unknown }
  if (memory === undefined || !Array.isArray(messages)) return JSON.stringify(body)
  const written = keptIn(memory, serialize, makeWritten)
  const { made, count } = written.messages.of(messages)
  if (count === 0) return JSON.stringify(body) // the first may still change
  const open = messages.slice(count).map((item) => `,${textOf(item)}`)
  return joined(headOf(rest, tools, written), made.bytes, `${open.join('')}]}`)
}

/** All but the messages, and where they begin. */
function headOf(rest: object, tools: unknown, written: Written): string {
  const text = JSON.stringify(rest).slice(0, -1)
  const fields = text === '{' ? [] : [text.slice(1)]
  if (Array.isArray(tools)) {
    const { made, count } = written.tools.of(tools)
    const items = [...made, ...tools.slice(count).map(textOf)]
    fields.push(`"tools":[${items.join(',')}]`)
  } else if (tools !== undefined) fields.push(`"tools":${JSON.stringify(tools)}`)
  return `{${[...fields, '"messages":['].join(',')}`
}

const textOf = (item: unknown): string => JSON.stringify(item) ?? 'null'

/** Text as UTF-8 that grows. */
class History {
  #bytes = new Uint8Array(0)
  #length = 0

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  add(item: unknown): void {
    const text = this.#length === 0 ? textOf(item) : `,${textOf(item)}`
    if (text.length > 16_384) return this.#append(encoder.encode(text))
    this.#reserve(text.length * 3) // no UTF-16 unit takes more
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length, 2048))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}

const encoder = new TextEncoder()

/** What a conversation's requests have in common, as it stands in them. */
interface Written {
  readonly messages: GrownList<History>
  readonly tools: GrownList<string[]>
}

const makeWritten = (): Written => ({
  messages: new GrownList(
    () => new History(),
    (history, item) => history.add(item),
  ),
  tools: new GrownList<string[]>(
    () => [],
    (texts, item) => texts.push(textOf(item)),
  ),
})

/** In one piece; what is ASCII takes exactly its length. */
function joined(head: string, history: Uint8Array, tail: string): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + history.length + tail.length)
  const start = encoder.encodeInto(head, whole)
  const end = start.written + history.length
  if (start.read === head.length && end <= whole.length) {
    whole.set(history, start.written)
    if (encoder.encodeInto(tail, whole.subarray(end)).read === tail.length) return whole
  }
  return joinedSlowly(encoder.encode(head), history, encoder.encode(tail))
}

function joinedSlowly(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let length = 0
  for (const part of parts) {
    whole.set(part, length)
    length += part.length
  }
  return whole
}
