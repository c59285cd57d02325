/* oxlint-disable no-underscore-dangle, typescript/no-unsafe-type-assertion -- reads the objects of another library */
// Reads a Zod 4 or Zod 4 mini schema: its input side, from the definition objects Zod documents for library authors
// (`_zod.def`). Nothing of Zod is imported, so a program without Zod pays nothing for it.
import type { $ZodCheck, $ZodLazy, $ZodType, $ZodTypes } from 'zod/v4/core'
import { Reading } from './reading.ts'
import { absent, literalOf, unionOf, type Note, type Pattern, type Shape, type Type } from './shape.ts'

export function isZod4(schema: object): boolean {
  return '_zod' in schema
}

/** The shape of what the schema accepts. */
export function readZod4(schema: object): Shape {
  const reading = new Reading()
  return read(schema as $ZodType, reading)
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
      return {
        type: { kind: 'string', keywords: {}, patterns: [patternOf(schema._zod.pattern ?? /^/, false)], facts: [] },
      }
    case 'number':
      return { type: numberType(checksOf(schema)) }
    case 'boolean':
    case 'success':
      return { type: { kind: 'boolean' } }
    case 'bigint':
      return { type: { kind: 'bigint', facts: boundFacts(checksOf(schema)) } }
    case 'date':
      return { type: { kind: 'date', facts: boundFacts(checksOf(schema)) } }
    case 'null':
      return { type: { kind: 'null' } }
    case 'undefined':
    case 'void':
      return { type: absent, optional: true }
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
      return recordOf(inner(def.keyType), inner(def.valueType), Boolean((def as { partial?: boolean }).partial))
    case 'map':
      return { type: { kind: 'map', key: inner(def.keyType), value: inner(def.valueType) } }
    case 'union':
      return unionOf(def.options.map(inner))
    case 'intersection':
      return reading.intersect(inner(def.left), inner(def.right))
    case 'optional':
      return { ...inner(def.innerType), optional: true }
    case 'nonoptional': {
      const { optional: _, ...rest } = inner(def.innerType)
      return rest
    }
    case 'nullable':
      return { ...inner(def.innerType), nullable: true }
    case 'default':
    case 'prefault':
      return { ...inner(def.innerType), optional: true, fallback: { value: def.defaultValue } }
    case 'catch':
      return { ...inner(def.innerType), optional: true, ...catchValue(def.catchValue) }
    case 'readonly':
      return inner(def.innerType)
    case 'lazy':
      return inner((schema as $ZodLazy)._zod.innerType)
    case 'pipe':
      return def.in._zod.def.type === 'transform' ? inner(def.out) : inner(def.in)
    case 'any':
    case 'unknown':
    case 'custom':
    case 'transform':
      return { type: { kind: 'any', source: `z.${def.type}()` } }
    case 'never':
    case 'nan':
    case 'symbol':
    case 'function':
    case 'file':
    case 'promise':
      return impossible(def.type)
  }
  // A type of a later version of Zod.
  return impossible((def as { type: string }).type)
}

const reasons: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  never: ['no value fits it', 'leave the property out'],
  nan: ['JSON has no NaN', 'z.number() or z.null()'],
  symbol: ['JSON has no symbols', 'z.string()'],
  function: ['JSON has no functions', 'let the model name what to do: z.enum([…])'],
  file: ['JSON has no files', "z.string().describe('The file as base64')"],
  promise: ['arguments never hold promises', 'use the inner schema'],
}

function impossible(type: string): Shape {
  const [reason, remedy] = reasons[type] ?? [
    `this package does not know \`${type}\``,
    'use one of the types of the manual, page "Schemas"',
  ]
  return { type: { kind: 'impossible', source: `z.${type}()`, reason, remedy } }
}

type Defs = $ZodTypes['_zod']['def']
type DefOf<Name extends Defs['type']> = Extract<Defs, { type: Name }>

function objectType(def: DefOf<'object'>, reading: Reading): Type {
  const properties = Object.keys(def.shape).map((key) => ({ key, shape: read(def.shape[key] as $ZodType, reading) }))
  return { kind: 'object', properties, others: othersOf(def.catchall, reading), facts: [] }
}

function othersOf(catchall: $ZodType | undefined, reading: Reading): 'strip' | 'refuse' | 'keep' | Shape {
  if (!catchall) return 'strip'
  const { type } = (catchall as $ZodTypes)._zod.def
  if (type === 'never') return 'refuse'
  return type === 'unknown' || type === 'any' ? 'keep' : read(catchall, reading)
}

/** A record whose keys are known is an object. */
function recordOf(key: Shape, value: Shape, partial: boolean): Shape {
  if (key.type.kind !== 'literal') return { type: { kind: 'record', key, value } }
  const properties = key.type.values.map((name) => ({
    key: String(name),
    shape: partial ? { ...value, optional: true } : value,
  }))
  return { type: { kind: 'object', properties, others: 'refuse', facts: [] } }
}

function literals(values: readonly unknown[]): Shape {
  const known = values.filter((value) => value !== undefined)
  const shape = literalOf(known as (string | number | boolean | bigint | null)[])
  return known.length < values.length ? { ...shape, optional: true } : shape
}

/** A numeric TypeScript enum holds its names too; they are no values. */
function enumValues(entries: Readonly<Record<string, string | number>>): (string | number)[] {
  const numbers = Object.values(entries).filter((value) => typeof value === 'number')
  return Object.entries(entries)
    .filter(([key]) => !numbers.includes(Number(key)))
    .map(([, value]) => value)
}

function catchValue(get: unknown): { fallback?: { value: unknown } } {
  try {
    return {
      fallback: {
        value: (get as (context: unknown) => unknown)({
          error: { issues: [] },
          issues: [],
          input: undefined,
          value: undefined,
        }),
      },
    }
  } catch {
    return {}
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function noteOf(schema: $ZodType): Note | undefined {
  const registry = (globalThis as { __zod_globalRegistry?: { get(of: $ZodType): unknown } }).__zod_globalRegistry
  const own = registry?.get(schema) as Record<string, unknown> | undefined
  if (!own) return undefined
  const note = {
    id: text(own['id']),
    title: text(own['title']),
    description: text(own['description']),
    examples: Array.isArray(own['examples']) ? own['examples'] : undefined,
    deprecated: own['deprecated'] === true ? true : undefined,
  }
  return Object.fromEntries(Object.entries(note).filter(([, value]) => value !== undefined))
}

/** A check, as far as it is read here; a format schema is its own first check. */
interface Check {
  readonly check: string
  readonly value?: number | bigint | Date
  readonly inclusive?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly size?: number
  readonly format?: string
  readonly pattern?: RegExp
  readonly local?: boolean
  readonly offset?: boolean
  readonly precision?: number | null
}

function checksOf(schema: $ZodTypes): Check[] {
  const own = 'check' in schema._zod.def ? [schema._zod.def as unknown as Check] : []
  const added = (schema._zod.def.checks ?? []).map((check: $ZodCheck) => check._zod.def as unknown as Check)
  return [...own, ...added]
}

const formats: Readonly<Record<string, string>> = { guid: 'uuid', url: 'uri', datetime: 'date-time' }
/** What the user wrote as a pattern or a part of one. */
const written: ReadonlySet<string> = new Set([
  'regex',
  'starts_with',
  'ends_with',
  'includes',
  'lowercase',
  'uppercase',
])

function stringType(checks: readonly Check[]): Type {
  const keywords: Record<string, unknown> = {}
  const patterns: Pattern[] = []
  const facts: string[] = []
  for (const check of checks) {
    bounds(check, keywords, 'minLength', 'maxLength', check.length)
    if (check.check !== 'string_format' || check.format === undefined) continue
    const ofFormat = !written.has(check.format)
    if (ofFormat) keywords['format'] = formats[check.format] ?? check.format
    if (check.pattern) patterns.push(patternOf(check.pattern, ofFormat))
    if (check.format === 'datetime' && !check.local && !check.offset) facts.push('In UTC, ending in Z')
    // Zod's time never has an offset and a local date-time may lack one; the formats of JSON Schema demand it.
    if (check.format === 'time' || check.local || check.precision === -1) delete keywords['format']
  }
  return { kind: 'string', keywords, patterns, facts }
}

function patternOf(regex: RegExp, ofFormat: boolean): Pattern {
  return { source: regex.source, flags: regex.flags.replaceAll(/[gyd]/g, ''), ofFormat, regex }
}

function numberType(checks: readonly Check[]): Type {
  const keywords: Record<string, number> = {}
  const facts: string[] = []
  let integer = false
  for (const { check, value, inclusive, format } of checks) {
    if (check === 'number_format' && format?.includes('int')) {
      integer = true
      if (format === 'int32') tighten(keywords, -(2 ** 31), 2 ** 31 - 1)
      if (format === 'uint32') tighten(keywords, 0, 2 ** 32 - 1)
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (check === 'greater_than') raise(keywords, inclusive ? 'minimum' : 'exclusiveMinimum', value)
    if (check === 'less_than') lower(keywords, inclusive ? 'maximum' : 'exclusiveMaximum', value)
    if (check === 'multiple_of' && value !== 0) {
      if (keywords['multipleOf'] === undefined) keywords['multipleOf'] = Math.abs(value)
      else facts.push(`A multiple of ${Math.abs(value)}`)
    }
  }
  return { kind: 'number', integer, keywords, facts }
}

function tighten(keywords: Record<string, number>, minimum: number, maximum: number): void {
  raise(keywords, 'minimum', minimum)
  lower(keywords, 'maximum', maximum)
}

function raise(keywords: Record<string, unknown>, name: string, value: number): void {
  const now = keywords[name]
  keywords[name] = typeof now === 'number' ? Math.max(now, value) : value
}

function lower(keywords: Record<string, unknown>, name: string, value: number): void {
  const now = keywords[name]
  keywords[name] = typeof now === 'number' ? Math.min(now, value) : value
}

function bounds(check: Check, keywords: Record<string, unknown>, least: string, most: string, exact?: number): void {
  const minimum = check.minimum ?? exact
  const maximum = check.maximum ?? exact
  if (/^(min|length|size)_/.test(check.check) && minimum !== undefined) raise(keywords, least, minimum)
  if (/^(max|length|size)_/.test(check.check) && maximum !== undefined) lower(keywords, most, maximum)
}

function sizeOf(checks: readonly Check[]): { keywords: Record<string, unknown>; facts: string[] } {
  const keywords: Record<string, unknown> = {}
  for (const check of checks) bounds(check, keywords, 'minItems', 'maxItems', check.length ?? check.size)
  return { keywords, facts: [] }
}

/** Bounds of dates and big integers, which JSON Schema has no keywords for. */
function boundFacts(checks: readonly Check[]): string[] {
  return checks.flatMap(({ check, value, inclusive }) => {
    if (value === undefined || (check !== 'greater_than' && check !== 'less_than')) return []
    const shown = value instanceof Date ? value.toISOString() : String(value)
    const words =
      check === 'greater_than' ? (inclusive ? 'At least' : 'More than') : inclusive ? 'At most' : 'Less than'
    return [`${words} ${shown}`]
  })
}
