/* oxlint-disable no-underscore-dangle, typescript/no-unsafe-type-assertion -- reads the objects of another library */
// Reads a Zod 3 schema: its input side, from `_def`. Like the reader of Zod 4 it imports nothing of Zod.
import { lower, raise } from '../shape/keywords.ts'
import { Reading } from './reading.ts'
import { absent, literalOf, recordOf, unionOf, type Pattern, type Shape, type Type } from '../shape/shape.ts'
import { anyRemedy, boundFact, enumValues, impossibleTypes, nothingCaught, stableValue } from './zod-values.ts'

/** A Zod 3 schema, as far as it is read here. */
interface Schema {
  readonly _def: Def
}

interface Def {
  readonly typeName: string
  readonly description?: string
  readonly checks?: readonly Check[]
  readonly [key: string]: unknown
}

interface Check {
  readonly kind: string
  readonly value?: number | bigint | string
  readonly inclusive?: boolean
  readonly regex?: RegExp
  readonly version?: string
  readonly offset?: boolean
  readonly local?: boolean
}

export function isZod3(schema: object): boolean {
  const { _def: def } = schema as { _def?: { typeName?: unknown } }
  return typeof def?.typeName === 'string' && def.typeName.startsWith('Zod')
}

/** The shape of what the schema accepts. */
export function readZod3(schema: object): Shape {
  return read(schema as Schema, new Reading())
}

function read(schema: Schema, reading: Reading): Shape {
  const def = schema._def
  const shape = reading.once(def, () => readType(def, reading))
  return def.description ? { ...shape, note: { ...shape.note, description: def.description } } : shape
}

function readType(def: Def, reading: Reading): Shape {
  const inner = (key: string): Shape => read(def[key] as Schema, reading)
  switch (def.typeName) {
    case 'ZodString':
      return { type: stringType(def.checks ?? []) }
    case 'ZodNumber':
      return { type: numberType(def.checks ?? []) }
    case 'ZodBoolean':
      return { type: { kind: 'boolean' } }
    case 'ZodBigInt':
      return { type: { kind: 'bigint', facts: bounds(def.checks ?? [], BigInt) } }
    case 'ZodDate':
      return { type: { kind: 'date', facts: bounds(def.checks ?? [], (value) => new Date(Number(value)), true) } }
    case 'ZodNull':
      return { type: { kind: 'null' } }
    case 'ZodUndefined':
    case 'ZodVoid':
      return { type: absent, optional: true }
    case 'ZodLiteral':
      return def['value'] === undefined ? { type: absent, optional: true } : literalOf([def['value'] as string])
    case 'ZodEnum':
      return literalOf(def['values'] as string[])
    case 'ZodNativeEnum':
      return literalOf(enumValues(def['values'] as Record<string, string | number>))
    case 'ZodObject':
      return { type: objectType(def, reading) }
    case 'ZodArray':
      return { type: { kind: 'array', items: inner('type'), ...sizeOf(def) } }
    case 'ZodSet':
      return { type: { kind: 'set', items: inner('valueType'), ...sizeOf(def) } }
    case 'ZodTuple':
      return { type: tupleType(def, reading) }
    case 'ZodRecord':
      return recordOf(inner('keyType'), inner('valueType'), true)
    case 'ZodMap':
      return { type: { kind: 'map', key: inner('keyType'), value: inner('valueType') } }
    case 'ZodUnion':
    case 'ZodDiscriminatedUnion': {
      const options = Array.from(def['options'] as Iterable<Schema>, (option) => read(option, reading))
      return unionOf(options, def.typeName === 'ZodDiscriminatedUnion')
    }
    case 'ZodIntersection':
      return reading.intersect(inner('left'), inner('right'))
    case 'ZodOptional':
      return { ...inner('innerType'), optional: true }
    case 'ZodNullable':
      return { ...inner('innerType'), nullable: true }
    case 'ZodDefault':
      return { ...inner('innerType'), optional: true, ...stableValue(def['defaultValue'] as () => unknown) }
    case 'ZodCatch': {
      const get = def['catchValue'] as (context: unknown) => unknown
      return { ...inner('innerType'), optional: true, ...stableValue(() => get(nothingCaught)) }
    }
    case 'ZodReadonly':
      return inner('innerType')
    case 'ZodBranded':
    case 'ZodPromise':
      return inner('type')
    case 'ZodEffects':
      return inner('schema')
    case 'ZodPipeline':
      return inner('in')
    case 'ZodLazy':
      return read((def['getter'] as () => Schema)(), reading)
    case 'ZodAny':
    case 'ZodUnknown':
      return { type: { kind: 'any', source: sourceOf(def), remedy: anyRemedy } }
    default:
      return impossible(def)
  }
}

function sourceOf({ typeName }: Def): string {
  return `z.${typeName.slice('Zod'.length).toLowerCase()}()`
}

function impossible(def: Def): Shape {
  const source = sourceOf(def)
  const [reason, remedy] = impossibleTypes[source.slice(2, -2)] ?? ['this type is not supported', 'use another type']
  return { type: { kind: 'impossible', rule: 'impossible', source, reason, remedy } }
}

function objectType(def: Def, reading: Reading): Type {
  const shape = (def['shape'] as () => Record<string, Schema>)()
  const properties = Object.entries(shape).map(([key, schema]) => ({ key, shape: read(schema, reading) }))
  const catchall = def['catchall'] as Schema
  const unknownKeys = def['unknownKeys'] === 'strict' ? 'reject' : def['unknownKeys'] === 'strip' ? 'strip' : 'keep'
  const others = catchall._def.typeName === 'ZodNever' ? unknownKeys : read(catchall, reading)
  return { kind: 'object', properties, others, facts: [] }
}

function tupleType(def: Def, reading: Reading): Type {
  const rest = def['rest'] as Schema | null
  const items = (def['items'] as Schema[]).map((item) => read(item, reading))
  return { kind: 'tuple', items, rest: rest ? read(rest, reading) : undefined }
}

const formats: Readonly<Record<string, string>> = {
  url: 'uri',
  datetime: 'date-time',
  email: 'email',
  uuid: 'uuid',
  date: 'date',
  duration: 'duration',
  nanoid: 'nanoid',
  cuid: 'cuid',
  cuid2: 'cuid2',
  ulid: 'ulid',
  base64: 'base64',
  base64url: 'base64url',
  jwt: 'jwt',
  emoji: 'emoji',
  cidr: 'cidr',
}

function stringType(checks: readonly Check[]): Type {
  const keywords: Record<string, unknown> = {}
  const patterns: Pattern[] = []
  const facts: string[] = []
  const pattern = (source: string): void =>
    void patterns.push({ source, flags: '', ofFormat: false, regex: new RegExp(source) })
  for (const { kind, value, regex, version, offset, local } of checks) {
    const text = typeof value === 'string' ? escape(value) : ''
    if (typeof value === 'number' && (kind === 'min' || kind === 'length')) raise(keywords, 'minLength', value)
    if (typeof value === 'number' && (kind === 'max' || kind === 'length')) lower(keywords, 'maxLength', value)
    if (kind === 'regex' && regex)
      patterns.push({ source: regex.source, flags: regex.flags.replaceAll(/[gyd]/g, ''), ofFormat: false, regex })
    if (kind === 'startsWith') pattern(`^${text}.*`)
    if (kind === 'endsWith') pattern(`.*${text}$`)
    if (kind === 'includes') pattern(text)
    if (kind === 'ip') keywords['format'] = version ? `ip${version}` : 'ip'
    else if (kind === 'time') facts.push('A time without offset, such as 19:43:11')
    else if (kind === 'datetime' && local) facts.push('A date and time such as 2026-11-22T19:43:11')
    else if (kind in formats) keywords['format'] = formats[kind]
    if (kind === 'datetime' && !local && !offset) facts.push('In UTC, ending in Z')
  }
  return { kind: 'string', keywords, patterns, facts }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
}

function numberType(checks: readonly Check[]): Type {
  const keywords: Record<string, number> = {}
  for (const { kind, value, inclusive } of checks) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (kind === 'min') raise(keywords, inclusive ? 'minimum' : 'exclusiveMinimum', value)
    if (kind === 'max') lower(keywords, inclusive ? 'maximum' : 'exclusiveMaximum', value)
    if (kind === 'multipleOf') keywords['multipleOf'] = Math.abs(value)
  }
  return { kind: 'number', integer: checks.some(({ kind }) => kind === 'int'), keywords, facts: [] }
}

function sizeOf(def: Def): { keywords: Record<string, unknown>; facts: string[] } {
  const bound = (key: string): number | undefined => (def[key] as { value: number } | null | undefined)?.value
  const least = bound('minLength') ?? bound('minSize') ?? bound('exactLength')
  const most = bound('maxLength') ?? bound('maxSize') ?? bound('exactLength')
  const keywords = { ...(least !== undefined && { minItems: least }), ...(most !== undefined && { maxItems: most }) }
  return { keywords, facts: [] }
}

function bounds(
  checks: readonly Check[],
  convert: (value: number | bigint) => bigint | Date,
  alwaysInclusive = false,
): string[] {
  return checks.flatMap(({ kind, value, inclusive = alwaysInclusive }) =>
    (kind === 'min' || kind === 'max') && (typeof value === 'number' || typeof value === 'bigint')
      ? [boundFact(kind === 'min', inclusive, convert(value))]
      : [],
  )
}
