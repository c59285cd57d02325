// The body of a request. A history grows by a message or two a step: the rest need not be written again.
import { GrownLists } from './grown-list.ts'

/** JSON as `JSON.stringify` says it; as UTF-8 where a part of it was written before and is remembered. */
export function serialize(body: object): string | Uint8Array<ArrayBuffer> {
  const { messages, tools } = body as { messages?: unknown; tools?: unknown }
  return beginsFrozen(messages) || beginsFrozen(tools) ? withRemembered(body) : JSON.stringify(body)
}

function beginsFrozen(list: unknown): list is readonly unknown[] {
  return Array.isArray(list) && typeof list[0] === 'object' && Object.isFrozen(list[0])
}

function withRemembered(body: object): Uint8Array<ArrayBuffer> {
  const { messages, tools, ...rest } = body as { messages?: unknown; tools?: unknown }
  const parts: (string | Utf8)[] = [JSON.stringify(rest).slice(0, -1)]
  const separator = (): string => (parts.length > 1 || parts[0] !== '{' ? ',' : '')
  for (const [name, list] of [
    ['tools', tools],
    ['messages', messages],
  ] as const) {
    if (list === undefined) continue
    if (!beginsFrozen(list)) parts.push(`${separator()}"${name}":${JSON.stringify(list)}`)
    else {
      const { made, count } = written.of(list)
      const open = list.slice(count).map((item) => `,${textOf(item)}`)
      parts.push(`${separator()}"${name}":[`, made, `${open.join('')}]`)
    }
  }
  return joined([...parts, '}'])
}

const textOf = (item: unknown): string => JSON.stringify(item) ?? 'null'

/** Text as UTF-8 that grows. */
class Utf8 {
  length = 0
  #bytes: Uint8Array<ArrayBuffer>

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length)
  }

  append(text: string): void {
    if (text.length > 16_384) return this.appendBytes(encoder.encode(text))
    this.#reserve(text.length * 3) // no UTF-16 unit takes more
    this.length += encoder.encodeInto(text, this.#bytes.subarray(this.length)).written
  }

  appendBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  #reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}

const encoder = new TextEncoder()

/** Lists as their items with commas between. */
const written = new GrownLists<Utf8>(
  () => new Utf8(1024),
  (text, item) => text.append(text.length === 0 ? textOf(item) : `,${textOf(item)}`),
)

function joined(parts: readonly (string | Utf8)[]): Uint8Array<ArrayBuffer> {
  const most = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length * 3 : part.length), 0)
  const whole = new Utf8(most)
  for (const part of parts) {
    if (typeof part === 'string') whole.append(part)
    else whole.appendBytes(part.bytes)
  }
  return whole.bytes
}
