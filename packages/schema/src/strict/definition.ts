// Writes a shape as the JSON Schema of a request: strict, with every violation as a finding, or without strict mode.
import { annotate, noteFacts, noteKeywords } from './annotation.ts'
import { maxFindings, type Finding, type Rule } from '../contract/findings.ts'
import { clip, isName } from '../value/excerpt.ts'
import { factsOf, wordsOf } from './facts.ts'
import { Limits } from './limits.ts'
import { unreachable } from '../value/plain-object.ts'
import { isExponential } from '../pattern/ambiguity.ts'
import { patternOf, show } from './patterns.ts'
import { isCircular, recursiveUnions } from './recursive-unions.ts'
import { remedies, type Dialect } from '../contract/remedies.ts'
import {
  acceptsNull,
  typeOf,
  type ArrayType,
  type ObjectType,
  type RecordType,
  type Shape,
  type StringType,
  type TupleType,
  type Type,
  type UnionType,
} from '../shape/shape.ts'
import { sharedTypes } from './shared-types.ts'
import { strictFormats } from '../json-schema/strict-formats.ts'
import type { JsonSchema, StrictOptions } from '../contract/strict-options.ts'

export interface Definition {
  readonly schema: JsonSchema
  /** Paths begin at the schema's own root, with `.` or `[`. */
  readonly findings: readonly Finding[]
  /** How many branches the parser tries at every level of a value; 1 without recursive unions. */
  readonly branches: number
}

/** `mode: false` describes the schema without strictness. */
export function define(shape: Shape, mode: StrictOptions | false, dialect: Dialect): Definition {
  return new Writer(shape, mode, dialect).write()
}

/** More patterns are not analysed. */
const maxPatterns = 100

type Of<Kind extends Type['kind']> = Extract<Type, { kind: Kind }>

class Writer {
  readonly #root: Shape
  readonly #mode: StrictOptions | false
  readonly #dialect: Dialect
  readonly #findings: Finding[] = []
  readonly #limits: Limits | undefined
  readonly #shared: ReadonlySet<Type>
  readonly #recursive: ReadonlyMap<Type, number>
  readonly #names = new Map<Type, string>()
  readonly #definitions = new Map<string, JsonSchema>()
  #depth = 0
  #patterns = 0

  constructor(root: Shape, mode: StrictOptions | false, dialect: Dialect) {
    this.#root = root
    this.#mode = mode
    this.#dialect = dialect
    this.#limits = mode ? new Limits((...finding) => this.#report(...finding)) : undefined
    this.#shared = sharedTypes(root, mode === false)
    this.#recursive = recursiveUnions(root)
  }

  write(): Definition {
    const type = typeOf(this.#root)
    this.#names.set(type, '#')
    if (!this.#isObject(type) && type.kind !== 'impossible')
      this.#report('root', '', `the root is ${nameOf(type)}, but must be an object`)
    this.#warn(this.#root, '')
    const written = this.#writeType(type, '')
    const schema = annotate(written, this.#root.note, this.#mode ? noteFacts(this.#root) : [])
    if (this.#definitions.size > 0) schema['$defs'] = Object.fromEntries(this.#definitions)
    return { schema, findings: this.#findings, branches: Math.max(1, ...this.#recursive.values()) }
  }

  /** Can arguments be of this type? Without strict mode, untyped JSON Schema is left to its own validator. */
  #isObject({ kind }: Type): boolean {
    if (!this.#mode) return kind === 'object' || kind === 'record' || (kind === 'any' && this.#dialect === 'json')
    return kind === 'object' || (kind === 'tuple' && this.#mode.tuple === 'object')
  }

  #report(rule: Rule, path: string, message: string, remedy = remedies[this.#dialect][rule] ?? ''): void {
    if (this.#findings.length < maxFindings) this.#findings.push({ severity: 'error', rule, path, message, remedy })
  }

  #warn(shape: Shape, path: string): void {
    if (!this.#mode) return
    const warning = (rule: Rule, message: string): void =>
      void this.#findings.push({
        severity: 'warning',
        rule,
        path,
        message,
        remedy: remedies[this.#dialect][rule] ?? '',
      })
    for (const pattern of shape.type.kind === 'string' ? shape.type.patterns : [])
      if (!pattern.ofFormat && this.#patterns++ < maxPatterns && isExponential(pattern.source, pattern.flags))
        warning('pattern', `some strings take exponential time to match ${show(pattern)}`)
    const branches = this.#recursive.get(shape.type)
    if (branches !== undefined)
      warning('recursive-union', `${branches} branches hold the union itself: parsing tries all of them at every level`)
    for (const keyword of shape.inexpressible ?? [])
      warning(
        'keyword',
        `\`${keyword}\` cannot be expressed in a definition; it is enforced when the arguments are parsed`,
      )
    if (shape.optional && shape.fallback && acceptsNull(shape))
      warning(
        'unreachable-default',
        'the default is never used: the model writes null for what it leaves out, and null is accepted',
      )
  }

  /** A type at its place: with `null` where it may be absent, and annotated. */
  #writeUse(shape: Shape, path: string): JsonSchema {
    this.#warn(shape, path)
    const type = typeOf(shape)
    const written =
      this.#names.has(type) || this.#shared.has(type) ? this.#refer(type, shape, path) : this.#writeType(type, path)
    const nullable = acceptsNull(shape) || (this.#mode !== false && shape.optional === true)
    const use = nullable ? orNull(written) : written
    if (!this.#mode) return { ...annotate(use, shape.note, factsOf(type)), ...noteKeywords(shape) }
    // A default that `null` never triggers is left out.
    const { fallback: _, ...without } = shape
    const described = shape.optional && acceptsNull(shape) ? without : shape
    return annotate(use, shape.note, [...wordsOf(type, this.#fineTuned), ...noteFacts(described)])
  }

  #refer(type: Type, shape: Shape, path: string): JsonSchema {
    const known = this.#names.get(type)
    if (known !== undefined) return { $ref: known === '#' ? '#' : `#/$defs/${known}` }
    const name = this.#nameFor(shape, path)
    this.#names.set(type, name)
    this.#limits?.definition(name, path)
    this.#definitions.set(name, {})
    const depth = this.#depth
    this.#depth = 0
    this.#definitions.set(name, this.#writeType(type, path))
    this.#depth = depth
    return { $ref: `#/$defs/${name}` }
  }

  /** From its id or title, else from the property where it was first found. */
  #nameFor({ note }: Shape, path: string): string {
    const wish = note?.id ?? note?.title ?? /([\w-]+)\W*$/.exec(path)?.[1] ?? 'schema'
    const base = wish.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 60)
    let name = base
    for (let count = 2; this.#definitions.has(name); count++) name = `${base}_${count}`
    return name
  }

  #writeType(type: Type, path: string): JsonSchema {
    switch (type.kind) {
      case 'string':
        return this.#writeString(type)
      case 'number':
        return { type: type.integer ? 'integer' : 'number', ...(!this.#fineTuned && type.keywords) }
      case 'boolean':
      case 'null':
        return { type: type.kind }
      case 'date':
        return { type: 'string', ...(!this.#fineTuned && { format: 'date-time' }) }
      case 'bigint':
        return { type: 'string', ...(!this.#fineTuned && { pattern: '^-?\\d+$' }) }
      case 'literal':
        return this.#writeLiteral(type, path)
      case 'object':
        return this.#nested(path, () => this.#writeObject(type, path))
      case 'array':
      case 'set':
        return this.#nested(path, () => this.#writeArray(type, path))
      case 'tuple':
        return this.#nested(path, () => this.#writeTuple(type, path))
      case 'record':
      case 'map':
        return this.#nested(path, () => this.#writeRecord(type, path))
      case 'union':
        return this.#writeUnion(type, path)
      case 'reference':
        return this.#writeUse({ type }, path)
      case 'any':
        if (this.#mode) this.#report('any', path, `${type.source} has no type that the API could enforce`, type.remedy)
        return {}
      case 'impossible':
        // A root may not have an `enum`.
        if (!this.#mode && type.loose) return path === '' ? {} : { ...type.loose }
        this.#report(type.rule, path, `${type.source}: ${type.reason}`, type.remedy)
        return {}
    }
    return unreachable(type)
  }

  #nested(path: string, write: () => JsonSchema): JsonSchema {
    this.#depth++
    this.#limits?.depth(this.#depth, path)
    const written = write()
    this.#depth--
    return written
  }

  get #fineTuned(): boolean {
    return this.#mode !== false && this.#mode.fineTuned === true
  }

  #writeString(type: StringType): JsonSchema {
    if (this.#fineTuned) return { type: 'string' }
    const { format, ...lengths } = type.keywords
    const pattern = patternOf(type)
    return {
      type: 'string',
      ...(!this.#mode && lengths),
      ...((strictFormats.has(format) || (!this.#mode && format !== undefined)) && { format }),
      ...(pattern && { pattern: pattern.source }),
    }
  }

  #writeLiteral({ values }: Of<'literal'>, path: string): JsonSchema {
    const json = values.map((value) => (typeof value === 'bigint' ? String(value) : value))
    this.#limits?.values(json, path)
    if (json.some((value) => typeof value === 'number' && !Number.isFinite(value)))
      this.#report('impossible', path, 'JSON has no NaN and no Infinity', 'leave the value out')
    const types = [...new Set(json.map((value) => typeof value))]
    const type = types.length === 1 ? types[0] : types
    return json.length === 1 ? { type, const: json[0] } : { type, enum: json }
  }

  #writeUnion(type: UnionType, path: string): JsonSchema {
    const { options } = type
    if (isCircular(type))
      this.#report('reference', path, 'the union is one of its own branches', 'leave that branch out')
    const written = options.map((option, index) => this.#writeUse(option, `${path}.options[${index}]`))
    return { anyOf: written }
  }

  #writeObject({ properties, others, undefinedNames = [] }: ObjectType, path: string): JsonSchema {
    if (this.#mode && this.#mode.openObject !== 'closed' && others !== 'strip' && others !== 'reject')
      this.#report('open-object', path, 'the object keeps unknown keys')
    for (const name of undefinedNames)
      this.#report('required', path, `\`${clip(name, 60)}\` is required, but there is no such property`)
    const written: JsonSchema = {}
    for (const { key, shape } of properties) {
      const at = `${path}${step(key)}`
      this.#limits?.property(key, at)
      if (key === '__proto__') this.#report('property-name', at, 'a property cannot be called `__proto__`')
      else written[key] = this.#writeUse(shape, at)
    }
    if (this.#mode) return closedObject(written)
    const required = properties.filter(({ shape }) => !shape.optional).map(({ key }) => key)
    const open = typeof others === 'object' ? this.#writeUse(others, `${path}.*`) : others === 'keep'
    return { type: 'object', properties: written, ...(required.length > 0 && { required }), additionalProperties: open }
  }

  #writeArray({ kind, items, keywords }: ArrayType, path: string): JsonSchema {
    const { uniqueItems, ...sizes } = keywords
    const unique = kind === 'set' || uniqueItems === true
    return {
      type: 'array',
      items: this.#writeUse(items, `${path}[]`),
      ...(!this.#fineTuned && sizes),
      ...(!this.#mode && unique && { uniqueItems: true }),
    }
  }

  #writeTuple({ items, rest }: TupleType, path: string): JsonSchema {
    if (this.#mode && this.#mode.tuple !== 'object') this.#report('tuple', path, 'the strict subset has no tuples')
    const written = items.map((item, index) => this.#writeUse(item, `${path}[${index}]`))
    const others = rest && this.#writeUse(rest, `${path}[${items.length}…]`)
    if (!this.#mode) {
      const minItems = items.findLastIndex((item) => !item.optional) + 1
      return { type: 'array', prefixItems: written, items: others ?? false, minItems }
    }
    for (const [index] of items.entries()) this.#limits?.property(String(index), `${path}[${index}]`)
    const properties: JsonSchema = Object.fromEntries(written.map((item, index) => [String(index), item]))
    return closedObject(others ? { ...properties, rest: { type: 'array', items: others } } : properties)
  }

  #writeRecord({ kind, key, value }: RecordType, path: string): JsonSchema {
    if (!this.#mode && kind === 'record')
      return { type: 'object', additionalProperties: this.#writeUse(value, `${path}.*`) }
    if (this.#mode && this.#mode.record !== 'pairs')
      this.#report('record', path, `a ${kind} has arbitrary keys, which the strict subset cannot express`)
    const keys = this.#writeUse(key, `${path}.key`)
    const pair = this.#nested(path, () => closedObject({ key: keys, value: this.#writeUse(value, `${path}.*`) }))
    for (const name of ['key', 'value']) this.#limits?.property(name, path)
    return { type: 'array', items: pair }
  }
}

function closedObject(properties: JsonSchema): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, anyOf } = schema
  if (Object.keys(schema).length === 0 || type === 'null') return schema
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf, { type: 'null' }] }
  const plain =
    typeof type === 'string' && type !== 'object' && type !== 'array' && !('enum' in schema) && !('const' in schema)
  return plain ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] }
}

function step(key: string): string {
  return isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function nameOf(type: Type): string {
  if (type.kind === 'any') return type.source
  return /^[aeio]/.test(type.kind) ? `an ${type.kind}` : `a ${type.kind}`
}
