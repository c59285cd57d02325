// Copies JSON Schema from outside, so that it is safe to walk: bounded, plain JSON, with references from the root.
import { LimitError, UsageError } from '@toolloop/wire'
import type { JsonSchema } from '../contract/strict-options.ts'
import { isObject } from '../value/plain-object.ts'
import { excerpt } from '../value/excerpt.ts'
import { canonical } from './references.ts'
import { isOld, modernized } from './old-drafts.ts'

/** Walks over a document recurse; the stack holds far more levels than this. */
const maxDepth = 500
const maxValues = 100_000
const maxCharacters = 4_000_000

const documents = new WeakSet<object>()

/**
 * A copy without `undefined`, as draft 2020-12 would write it, in which every `$ref` that can be resolved is a pointer from the root, and `false` is no
 * branch of a union. Returns a copy that it made earlier unchanged.
 * @throws LimitError if the schema is nested too deeply, holds itself, or is too large
 */
export function jsonDocument(schema: unknown): JsonSchema {
  if (!isObject(schema)) throw new UsageError(`A JSON Schema is an object, not ${excerpt(schema)}`)
  if (documents.has(schema)) return schema
  const copy = new Copy()
  const written = copy.of(schema, 0) as JsonSchema
  const document = copy.isOld || isOld(written) ? (modernized(written) as JsonSchema) : written
  const made = copy.isSimple && document === written ? document : (canonical(document) as JsonSchema)
  documents.add(made)
  return made
}

class Copy {
  /** Are all references pointers from the root, and is no union branch `false`? */
  isSimple = true
  /** Is a bound exclusive by a boolean, as in draft 4? */
  isOld = false
  #values = 0
  #characters = 0

  of(value: unknown, depth: number): unknown {
    if (++this.#values > maxValues) throw tooLarge('values', maxValues, `holds more than ${maxValues} values`)
    switch (typeof value) {
      case 'string':
        this.#count(value)
        return value
      case 'number':
      case 'boolean':
        return value
      case 'object':
        return value === null ? null : this.#object(value, depth + 1)
      case 'undefined':
      case 'bigint':
      case 'function':
      case 'symbol':
      default:
        return undefined
    }
  }

  #object(value: object, depth: number): unknown {
    if (depth > maxDepth) {
      const message = `is nested more than ${maxDepth} levels deep, or holds itself`
      throw tooLarge('depth', maxDepth, message)
    }
    if (Array.isArray(value)) return Array.from(value, (item: unknown) => this.of(item, depth) ?? null)
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const item = this.of(Reflect.get(value, key), depth)
      if (item === undefined) continue
      this.#count(key)
      this.isSimple &&= isSimple(key, item)
      this.isOld ||= typeof item === 'boolean' && (key === 'exclusiveMinimum' || key === 'exclusiveMaximum')
      // A plain assignment would set the prototype.
      if (key === '__proto__')
        Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true })
      else copy[key] = item
    }
    return copy
  }

  #count(text: string): void {
    this.#characters += text.length
    if (this.#characters > maxCharacters)
      throw tooLarge('characters', maxCharacters, `holds more than ${maxCharacters} characters`)
  }
}

function isSimple(key: string, value: unknown): boolean {
  if (key === '$ref') return typeof value !== 'string' || /^#(?:$|\/[^%]*$)/.test(value)
  if (key === '$id' || key === '$anchor' || key === '$dynamicAnchor') return false
  return (key !== 'anyOf' && key !== 'oneOf') || !Array.isArray(value) || !value.includes(false)
}

function tooLarge(limit: string, bound: number, message: string): LimitError {
  return new LimitError(limit, bound, `The JSON Schema ${message}`)
}
