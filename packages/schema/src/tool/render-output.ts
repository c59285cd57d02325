// What a tool returned, as the model reads it.
import type { ContentPart, TextPart } from '@toolloop/wire'
import { clip, formatPath } from '../value/excerpt.ts'
import { describeError } from '../value/describe-error.ts'
import { isToolResult } from './result.ts'

export interface RenderOptions {
  /** The most UTF-8 bytes of text for the model. @default 1 MiB */
  readonly maxBytes?: number
}

export interface RenderedOutput {
  /** The content of the tool message. */
  readonly content: string | TextPart[]
  /** Images, audio and files, which a tool message cannot hold: they follow in a user message. */
  readonly parts?: ContentPart[]
  /** The `details` of a `toolResult`, which the model does not read. */
  readonly details?: unknown
  /** Why no message can hold the value, which is a bug of the tool. `content` then shows nothing of the value. */
  readonly problem?: string
}

/**
 * Renders text unchanged, content parts as parts, and anything else as JSON. Values that JSON cannot represent are
 * encoded: `undefined` as `null`, a bigint as its digits, a date as ISO 8601, an error as its message, a map as an object, a
 * set as an array, bytes as base64. Text beyond `maxBytes` is cut, with a note. Never throws.
 *
 * These values give a `problem`: a function, an object that holds itself, an object that JSON renders empty (a
 * `Response`, a stream, a promise), and a content part without its payload.
 */
export function renderOutput(value: unknown, options: RenderOptions = {}): RenderedOutput {
  const maxBytes = options.maxBytes ?? 1024 * 1024
  if (isToolResult(value)) return { ...renderOutput(value.model, options), details: value.details }
  try {
    return rendered(value, maxBytes)
  } catch (error) {
    if (!(error instanceof Unrepresentable)) throw error
    const problem = error.message
    return { content: `[not representable: ${problem}]`, problem }
  }
}

function rendered(value: unknown, maxBytes: number): RenderedOutput {
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

/** Ends the rendering. What was rendered before is dropped, since it may hold data that nobody meant to send. */
class Unrepresentable extends Error {}

const partTypes: ReadonlySet<unknown> = new Set(['text', 'image_url', 'input_audio', 'file'])

/** A copy of a part, or of an array of parts only, as JSON can hold it; `undefined` for any other value. */
function contentParts(value: unknown): ContentPart[] | undefined {
  try {
    const list: unknown[] = Array.isArray(value) ? value.filter(() => true) : [value] // without holes
    const broken = list.map(missingPayload).find((missing) => missing !== undefined)
    if (broken !== undefined) throw new Unrepresentable(broken)
    if (!areParts(list)) return undefined
    const copy = new Plain(deepestPart).of(list, 0) as unknown[]
    return areParts(copy) ? copy : undefined
  } catch (error) {
    if (error instanceof Unrepresentable) throw error
    return undefined
  }
}

/**
 * Names the payload that a content part lacks. Plain data may have a `type` too, such as the entries of a folder, so an
 * object counts as a part only if it cannot be anything else.
 */
function missingPayload(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined
  const of = (key: string): unknown => {
    const body: unknown = Reflect.get(value, key)
    return typeof body === 'object' && body !== null ? body : undefined
  }
  const has = (key: string, ...fields: readonly string[]): boolean =>
    fields.some((field) => !['', null, undefined].includes(Reflect.get(Object(of(key)), field) as null))
  switch (value.type) {
    case 'image_url':
      return has('image_url', 'url') ? undefined : 'a part of type `image_url` needs `image_url: { url }`'
    case 'input_audio':
      return has('input_audio', 'data')
        ? undefined
        : 'a part of type `input_audio` needs `input_audio: { data, format }`'
    case 'file':
      return (of('file') ? has('file', 'file_data', 'file_id') : Object.keys(value).length > 1)
        ? undefined
        : 'a part of type `file` needs `file: { file_data }` or `file: { file_id }`'
    case 'text':
      return Object.keys(value).length > 1 ? undefined : 'a part of type `text` needs `text`'
    default:
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
  if (typeof value === 'function' || typeof value === 'symbol') throw new Unrepresentable(`it is a ${typeof value}`)
  try {
    const text: string | undefined = JSON.stringify(new Plain().of(value, 0))
    return text ?? 'null'
  } catch (error) {
    if (error instanceof Unrepresentable) throw error
    return `[not representable: ${describeError(error, 200)}]`
  }
}

const maxDepth = 200
/** Parts are sent unchanged, so they may nest as deeply as messages. */
const deepestPart = 250
const maxNodes = 1_000_000

/** Copies a value into what JSON can hold. */
class Plain {
  readonly #maxDepth: number
  readonly #open = new Set<object>()
  readonly #path: (string | number)[] = []
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
    if (this.#open.has(value)) throw new Unrepresentable(`it holds itself${this.#at()}`)
    if (depth >= this.#maxDepth) return '[too deep]'
    this.#open.add(value)
    try {
      return this.#contents(value, depth + 1)
    } catch (error) {
      if (error instanceof Unrepresentable) throw error
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
    if (Array.isArray(value)) return Array.from(value, (item: unknown, index) => this.#inside(index, item, depth))
    const toJson: unknown = Reflect.get(value, 'toJSON')
    if (typeof toJson === 'function') return this.of(Reflect.apply(toJson, value, []), depth)
    const keys = Object.keys(value)
    if (keys.length === 0) this.#checkIsPlain(value)
    return this.#entries(
      keys.map((key) => [key, Reflect.get(value, key)]),
      depth,
    )
  }

  /** Throws for an instance of a class: JSON would show `{}` for a `Response`, a stream, a promise or a generator. */
  #checkIsPlain(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === null || Object.getPrototypeOf(prototype) === null) return
    const name: unknown = Reflect.get(Object(Reflect.get(value, 'constructor')), 'name')
    const tag: unknown = Reflect.get(value, Symbol.toStringTag)
    const kind = [name, tag].find((text) => typeof text === 'string' && text !== '' && text !== 'Object')
    const shown = typeof kind === 'string' ? `a \`${clip(kind, 60)}\`` : 'an object'
    throw new Unrepresentable(`JSON shows nothing of ${shown}${this.#at()}`)
  }

  #at(): string {
    return this.#path.length === 0 ? '' : ` at ${clip(formatPath(this.#path), 200)}`
  }

  /** No `finally`: when a nested value throws, the path stays, and the message names it. */
  #inside(key: string | number, item: unknown, depth: number): unknown {
    this.#path.push(key)
    const copy = this.of(item, depth)
    this.#path.pop()
    return copy
  }

  #entries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
    const present = entries.filter(([, item]) => item !== undefined && typeof item !== 'function')
    return Object.fromEntries(present.map(([key, item]) => [key, this.#inside(key, item, depth)])) // `__proto__` is a key here
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
