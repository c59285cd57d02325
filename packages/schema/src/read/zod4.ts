/* oxlint-disable no-underscore-dangle, typescript/no-unsafe-type-assertion -- reads the objects of another library */
// Reads a Zod 4 or Zod 4 mini schema: its input side, from the definition objects Zod documents for library authors
// (`_zod.def`). Nothing of Zod is imported, so a program without Zod pays nothing for it.
import type { $ZodLazy, $ZodType, $ZodTypes } from 'zod/v4/core'
import { Reading } from './reading.ts'
import { absent, literalOf, recordOf, unionOf, type Note, type Shape, type Type } from '../shape/shape.ts'
import { boundFacts, checksOf, numberType, patternOf, sizeOf, stringType } from './zod4-checks.ts'
import { anyRemedy, enumValues, impossibleTypes, nothingCaught, stableValue } from './zod-values.ts'

export function isZod4(schema: object): boolean {
  return '_zod' in schema
}

/** The shape of what the schema accepts. */
export function readZod4(schema: object): Shape {
  return read(schema as $ZodType, new Reading())
}

/** Clones of a schema (`.describe()`, `.meta()`) share the definition object: it is the type's identity. */
function read(schema: $ZodType, reading: Reading): Shape {
  const { def } = (schema as $ZodTypes)._zod
  const shape = reading.once(def, () => readType(schema as $ZodTypes, reading))
  const note = noteOf(schema)
  return note ? { ...shape, note: { ...shape.note, ...note } } : shape
}

function readType(schema: $ZodTypes, reading: Reading): Shape {
  const { def } = schema._zod
  const inner = (of: $ZodType): Shape => read(of, reading)
  switch (def.type) {
    case 'string':
      return { type: stringType(checksOf(schema)) }
    case 'template_literal':
      return { type: { kind: 'string', keywords: {}, patterns: templatePattern(schema._zod.pattern), facts: [] } }
    case 'number':
      return { type: numberType(checksOf(schema)) }
    case 'boolean':
      return { type: { kind: 'boolean' } }
    case 'bigint':
      return { type: { kind: 'bigint', facts: boundFacts(checksOf(schema)) } }
    case 'date':
      return { type: { kind: 'date', facts: boundFacts(checksOf(schema)) } }
    case 'null':
      return { type: { kind: 'null' } }
    case 'undefined':
    case 'void':
      return { type: absent, optional: true, explicit: true }
    case 'enum':
      return literalOf(enumValues(def.entries))
    case 'literal':
      return literals(def.values)
    case 'object':
      return { type: objectType(def, reading) }
    case 'array':
      return { type: { kind: 'array', items: inner(def.element), ...sizeOf(checksOf(schema)) } }
    case 'set':
      return { type: { kind: 'set', items: inner(def.valueType), ...sizeOf(checksOf(schema)) } }
    case 'tuple':
      return { type: { kind: 'tuple', items: def.items.map(inner), rest: def.rest ? inner(def.rest) : undefined } }
    case 'record':
      return recordOf(inner(def.keyType), inner(def.valueType), isPartial(def))
    case 'map':
      return { type: { kind: 'map', key: inner(def.keyType), value: inner(def.valueType) } }
    case 'union':
      return unionOf(def.options.filter((option) => !isNever(option)).map(inner), 'discriminator' in def)
    case 'intersection':
      return reading.intersect(loosened(inner(def.left)), loosened(inner(def.right)))
    case 'optional':
      return { ...inner(def.innerType), optional: true, explicit: false }
    case 'nonoptional':
      return { ...inner(def.innerType), optional: false }
    case 'nullable':
      return { ...inner(def.innerType), nullable: true }
    case 'default':
    case 'prefault':
      return { ...inner(def.innerType), optional: true, explicit: false, ...stableValue(() => def.defaultValue) }
    case 'catch': {
      const get = def.catchValue as (context: unknown) => unknown
      return { ...inner(def.innerType), optional: true, explicit: false, ...stableValue(() => get(nothingCaught)) }
    }
    case 'readonly':
    case 'promise':
    case 'success':
      return inner(def.innerType)
    case 'lazy':
      return inner((schema as $ZodLazy)._zod.innerType)
    case 'pipe':
      return def.in._zod.def.type === 'transform' ? inner(def.out) : inner(def.in)
    case 'any':
    case 'unknown':
    case 'custom':
    case 'transform':
      return { type: { kind: 'any', source: `z.${def.type}()`, remedy: anyRemedy } }
    case 'never':
    case 'nan':
    case 'symbol':
    case 'function':
    case 'file':
      return impossible(def.type)
  }
  // A type of a later version of Zod.
  return impossible((def as { type: string }).type)
}

function impossible(type: string): Shape {
  const [reason, remedy] = impossibleTypes[type] ?? ['this type is not supported', 'use another type']
  return { type: { kind: 'impossible', rule: 'impossible', source: `z.${type}()`, reason, remedy } }
}

/** Before Zod had a flag, a partial record was a record whose keys could also be `never`. */
function isPartial(def: Extract<$ZodTypes['_zod']['def'], { type: 'record' }>): boolean {
  const key = (def.keyType as $ZodTypes)._zod.def
  return ('partial' in def && def.partial) || (key.type === 'union' && key.options.some(isNever))
}

function isNever(schema: $ZodType): boolean {
  return (schema as $ZodTypes)._zod.def.type === 'never'
}

type ObjectDef = Extract<$ZodTypes['_zod']['def'], { type: 'object' }>

function objectType({ shape, catchall }: ObjectDef, reading: Reading): Type {
  const properties = Object.keys(shape).map((key) => ({ key, shape: read(shape[key] as $ZodType, reading) }))
  return { kind: 'object', properties, others: othersOf(catchall, reading), facts: [] }
}

function othersOf(catchall: $ZodType | undefined, reading: Reading): 'strip' | 'reject' | 'keep' | Shape {
  if (!catchall) return 'strip'
  const { type } = (catchall as $ZodTypes)._zod.def
  if (type === 'never') return 'reject'
  return type === 'unknown' || type === 'any' ? 'keep' : read(catchall, reading)
}

/** In an intersection Zod 4 rejects only keys that both sides reject. */
function loosened(side: Shape): Shape {
  return side.type.kind === 'object' && side.type.others === 'reject'
    ? { ...side, type: { ...side.type, others: 'strip' } }
    : side
}

function literals(values: readonly unknown[]): Shape {
  const known = values.filter((value) => value !== undefined)
  const shape = literalOf(known as (string | number | boolean | bigint | null)[])
  return known.length < values.length ? { ...shape, optional: true, explicit: true } : shape
}

function templatePattern(pattern: RegExp | undefined): ReturnType<typeof patternOf>[] {
  return pattern ? [patternOf(pattern, false)] : []
}

interface Registry {
  get(schema: $ZodType): Record<string, unknown> | undefined
}

/** `.describe()` and `.meta()` write to a registry, which copies of Zod share since 4.1. */
function noteOf(schema: $ZodType): Note | undefined {
  const registry = (globalThis as { __zod_globalRegistry?: Registry }).__zod_globalRegistry
  const metadata = registry?.get(schema) ?? (schema as { meta?: () => Record<string, unknown> | undefined }).meta?.()
  if (!metadata) return undefined
  const { id, title, description, examples, deprecated } = metadata
  return {
    ...(isText(id) && { id }),
    ...(isText(title) && { title }),
    ...(isText(description) && { description }),
    ...(Array.isArray(examples) && { examples: examples as unknown[] }),
    ...(deprecated === true && { deprecated }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
