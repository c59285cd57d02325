// What a tool returned, as the model reads it.
import type { ContentPart, TextPart } from '@toolloop/wire'
import { describeError } from '../value/describe-error.ts'
import { isToolResult } from './result.ts'

export interface RenderOptions {
  /** The most UTF-8 bytes the model is given. @default 1 MiB */
  readonly maxBytes?: number
}

export interface RenderedOutput {
  /** Goes into the tool message. */
  readonly content: string | TextPart[]
  /** Images, audio and files, which a tool message cannot hold: they follow in a user message. */
  readonly parts?: ContentPart[]
  /** What `toolResult` kept from the model. */
  readonly details?: unknown
}

/**
 * Text as it is; content parts as parts; anything else as JSON, all with a defined form for what JSON has no word for:
 * `undefined` is `null`, a bigint its digits, a date ISO 8601, an error its message, a map an object, a set an array,
 * bytes base64, a cycle "[circular]". Never throws, and is cut at `maxBytes` with a note.
 */
export function renderOutput(value: unknown, options: RenderOptions = {}): RenderedOutput {
  const maxBytes = options.maxBytes ?? 1024 * 1024
  if (isToolResult(value)) return { ...renderOutput(value.model, options), details: value.details }
  const parts = contentParts(value)
  if (!parts) return { content: truncate(typeof value === 'string' ? value : toText(value), maxBytes) }
  const texts = parts.filter((part): part is TextPart => part.type === 'text')
  const others = parts.filter((part) => part.type !== 'text')
  const content = boundTexts(texts, maxBytes)
  if (others.length === 0) return { content }
  return {
    content: content.length > 0 ? content : others.length === 1 ? '1 part attached' : `${others.length} parts attached`,
    parts: others,
  }
}

const partTypes: ReadonlySet<unknown> = new Set(['text', 'image_url', 'input_audio', 'file'])

/** A part, or a list that holds parts only; in copy, as JSON can hold them. */
function contentParts(value: unknown): ContentPart[] | undefined {
  try {
    const list: unknown[] = Array.isArray(value) ? value.filter(() => true) : [value] // without holes
    if (!areParts(list)) return undefined
    const copy = new Plain(deepestPart).of(list, 0) as unknown[]
    return areParts(copy) ? copy : undefined
  } catch {
    return undefined
  }
}

const areParts = (list: readonly unknown[]): list is ContentPart[] => list.length > 0 && list.every(isPart)

function isPart(value: unknown): value is ContentPart {
  if (typeof value !== 'object' || value === null || !('type' in value) || !partTypes.has(value.type)) return false
  const body: unknown = Reflect.get(value, String(value.type))
  return value.type === 'text' ? typeof body === 'string' : typeof body === 'object' && body !== null
}

function boundTexts(texts: readonly TextPart[], maxBytes: number): TextPart[] {
  let left = maxBytes
  return texts.map((part) => {
    const text = truncate(part.text, left)
    left = Math.max(0, left - byteLength(text))
    return { ...part, text }
  })
}

function toText(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(new Plain().of(value, 0))
    return text ?? 'null'
  } catch (error) {
    return `[not representable: ${describeError(error, 200)}]`
  }
}

const maxDepth = 200
/** Parts are sent as they are: they may nest as deeply as messages may. */
const deepestPart = 250
const maxNodes = 1_000_000

/** Copies a value into what JSON can hold. */
class Plain {
  readonly #maxDepth: number
  readonly #open = new Set<object>()
  #nodes = 0

  constructor(deepest = maxDepth) {
    this.#maxDepth = deepest
  }

  of(value: unknown, depth: number): unknown {
    if (++this.#nodes > maxNodes) return '[truncated]'
    switch (typeof value) {
      case 'bigint':
        return String(value)
      case 'undefined':
      case 'function':
      case 'symbol':
        return null
      case 'object':
        return value === null ? null : this.#object(value, depth)
      case 'number':
        return Number.isFinite(value) ? value + 0 : null // also a negative zero is 0
      case 'string':
      case 'boolean':
      default:
        return value
    }
  }

  #object(value: object, depth: number): unknown {
    if (this.#open.has(value)) return '[circular]'
    if (depth >= this.#maxDepth) return '[too deep]'
    this.#open.add(value)
    try {
      return this.#contents(value, depth + 1)
    } catch (error) {
      return `[not representable: ${describeError(error, 200)}]`
    } finally {
      this.#open.delete(value)
    }
  }

  #contents(value: object, depth: number): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (value instanceof Error) return { error: describeError(value) }
    if (value instanceof Map)
      return this.#entries(
        [...value].map(([key, item]) => [String(key), item]),
        depth,
      )
    if (value instanceof Set) return Array.from(value, (item) => this.of(item, depth))
    // oxlint-disable-next-line unicorn/no-instanceof-builtins -- boxed values are objects, and JSON unboxes them
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf()
    if (value instanceof RegExp || value instanceof URL) return String(value)
    if (ArrayBuffer.isView(value)) return base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof ArrayBuffer) return base64(new Uint8Array(value))
    if (Array.isArray(value)) return Array.from(value, (item: unknown) => this.of(item, depth))
    const toJson: unknown = Reflect.get(value, 'toJSON')
    if (typeof toJson === 'function') return this.of(Reflect.apply(toJson, value, []), depth)
    return this.#entries(
      Object.keys(value).map((key) => [key, Reflect.get(value, key)]),
      depth,
    )
  }

  #entries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
    const said = entries.filter(([, item]) => item !== undefined && typeof item !== 'function')
    return Object.fromEntries(said.map(([key, item]) => [key, this.of(item, depth)])) // `__proto__` is a key here
  }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x2000) text += String.fromCharCode(...bytes.subarray(at, at + 0x2000))
  return btoa(text)
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function truncate(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  const bytes = byteLength(text)
  if (bytes <= maxBytes) return text
  const { read, written } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes))
  return `${text.slice(0, read)}\n[truncated: ${bytes} bytes, of which the first ${written} are shown]`
}
