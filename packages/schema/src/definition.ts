// A shape as the JSON Schema a request carries: strict, with every violation as a finding, or as it is.
import type { Finding, Rule } from './findings.ts'
import { unreachable } from './plain-object.ts'
import { acceptsNull, type Note, type Pattern, type Shape, type Type } from './shape.ts'

/** JSON Schema as an object; never a boolean schema. */
export type JsonSchema = Record<string, unknown>

/** What to do with what the strict subset has no words for. */
export interface StrictOptions {
  /** Records and maps become arrays of `{ key, value }`, and records again before the schema parses. @default an error */
  readonly record?: 'pairs' | undefined
  /** Tuples become objects with the keys `0`, `1`, …, and arrays again before the schema parses. @default an error */
  readonly tuple?: 'object' | undefined
  /** Objects that keep unknown keys are described without them. @default an error */
  readonly openObject?: 'closed' | undefined
  /** Leaves out what fine-tuned models do not take: `pattern`, `format` and bounds. @default false */
  readonly fineTuned?: boolean | undefined
}

export interface Definition {
  readonly schema: JsonSchema
  /** Paths begin at the schema's own root, with `.` or `[`. */
  readonly findings: readonly Finding[]
}

/** `mode: false` describes the schema without strictness. */
export function define(shape: Shape, mode: StrictOptions | false): Definition {
  return new Writer(shape, mode).write()
}

class Writer {
  readonly #root: Shape
  readonly #mode: StrictOptions | false
  readonly #findings: Finding[] = []
  readonly #names = new Map<Type, string>()
  readonly #definitions: Record<string, JsonSchema> = {}
  readonly #shared: ReadonlySet<Type>

  constructor(root: Shape, mode: StrictOptions | false) {
    this.#root = root
    this.#mode = mode
    this.#shared = sharedTypes(root)
  }

  write(): Definition {
    const { type } = this.#root
    this.#names.set(type, '#')
    if (type.kind !== 'object' && this.#mode)
      this.#report('root', '', `the root is ${kindOf(type)}, but must be an object`, 'z.object({ value: … })')
    const schema = annotate(this.#writeType(type, ''), this.#root.note, [])
    if (Object.keys(this.#definitions).length > 0) schema['$defs'] = this.#definitions
    return { schema, findings: this.#findings }
  }

  #report(rule: Rule, path: string, message: string, remedy: string): void {
    this.#findings.push({ severity: 'error', rule, path, message, remedy })
  }

  /** A type in its place: with `null` where it may be absent, and with what is said about it. */
  #writeUse(shape: Shape, path: string): JsonSchema {
    const facts = this.#mode ? factsOf(shape) : []
    const written = this.#reference(shape, path) ?? this.#writeType(shape.type, path)
    const nullable = acceptsNull(shape) || (this.#mode !== false && shape.optional === true)
    return annotate(nullable ? orNull(written) : written, shape.note, facts)
  }

  #reference(shape: Shape, path: string): JsonSchema | undefined {
    const target = shape.type.kind === 'reference' ? shape.type.to() : shape
    if (shape.type.kind !== 'reference' && !this.#shared.has(shape.type) && target.type !== this.#root.type)
      return undefined
    const known = this.#names.get(target.type)
    if (known !== undefined) return { $ref: known === '#' ? '#' : `#/$defs/${known}` }
    const name = this.#nameFor(target, path)
    this.#names.set(target.type, name)
    this.#definitions[name] = {}
    this.#definitions[name] = annotate(this.#writeType(target.type, path), target.note, [])
    return { $ref: `#/$defs/${name}` }
  }

  #nameFor(shape: Shape, path: string): string {
    const wish = shape.note?.id ?? shape.note?.title ?? /([\w-]+)\W*$/.exec(path)?.[1] ?? 'schema'
    const base = wish.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 60)
    let name = base
    for (let n = 2; name in this.#definitions; n++) name = `${base}_${n}`
    return name
  }

  #writeType(type: Type, path: string): JsonSchema {
    switch (type.kind) {
      case 'string':
        return this.#writeString(type)
      case 'number':
        return { type: type.integer ? 'integer' : 'number', ...(this.#fineTuned ? {} : type.keywords) }
      case 'boolean':
      case 'null':
        return { type: type.kind }
      case 'date':
        return { type: 'string', ...(this.#fineTuned ? {} : { format: 'date-time' }) }
      case 'bigint':
        return { type: 'string', ...(this.#fineTuned ? {} : { pattern: '^-?\\d+$' }) }
      case 'literal':
        return writeLiteral(type.values)
      case 'object':
        return this.#writeObject(type, path)
      case 'array':
      case 'set':
        return this.#writeArray(type, path)
      case 'tuple':
        return this.#writeTuple(type, path)
      case 'record':
      case 'map':
        return this.#writeRecord(type, path)
      case 'union':
        return { anyOf: type.options.map((option, index) => this.#writeUse(option, `${path}.options[${index}]`)) }
      case 'reference':
        return this.#reference({ type }, path) ?? {}
      case 'any':
        if (this.#mode)
          this.#report(
            'any',
            path,
            `${type.source} has no type the model could be held to`,
            "z.string().describe('JSON').transform((text) => JSON.parse(text))",
          )
        return {}
      case 'impossible':
        this.#report('impossible', path, `${type.source}: ${type.reason}`, type.remedy)
        return {}
    }
    return unreachable(type)
  }

  get #fineTuned(): boolean {
    return this.#mode !== false && this.#mode.fineTuned === true
  }

  #writeString({ keywords, patterns }: Extract<Type, { kind: 'string' }>): JsonSchema {
    if (this.#fineTuned) return { type: 'string' }
    const format = keywords['format']
    const known = typeof format === 'string' && strictFormats.has(format)
    const pattern = patterns.find((one) => portable(one) && !(one.ofFormat && known))
    const { format: _, ...lengths } = keywords
    return {
      type: 'string',
      ...(!this.#mode && lengths),
      ...((known || (!this.#mode && format !== undefined)) && { format }),
      ...(pattern && { pattern: pattern.source }),
    }
  }

  #writeObject({ properties, others }: Extract<Type, { kind: 'object' }>, path: string): JsonSchema {
    if (this.#mode && this.#mode.openObject !== 'closed' && others !== 'strip' && others !== 'refuse')
      this.#report(
        'open-object',
        path,
        'the object keeps keys it does not name',
        "z.object({ … }), or strict: { openObject: 'closed' }",
      )
    const written: Record<string, JsonSchema> = {}
    for (const { key, shape } of properties) {
      if (key === '__proto__')
        this.#report('property-name', path, 'a property cannot be called `__proto__`', 'rename it')
      else written[key] = this.#writeUse(shape, `${path}${step(key)}`)
    }
    const required = properties.filter(({ shape }) => this.#mode || !shape.optional).map(({ key }) => key)
    const closed = this.#mode !== false || others === 'refuse' || others === 'strip'
    return {
      type: 'object',
      properties: written,
      ...((this.#mode || required.length > 0) && { required }),
      additionalProperties: closed ? false : others === 'keep' ? true : this.#writeUse(others, `${path}.*`),
    }
  }

  #writeArray({ kind, items, keywords }: Extract<Type, { kind: 'array' | 'set' }>, path: string): JsonSchema {
    const { uniqueItems, ...sizes } = kind === 'set' ? { uniqueItems: true, ...keywords } : keywords
    return {
      type: 'array',
      items: this.#writeUse(items, `${path}[]`),
      ...(this.#fineTuned ? {} : sizes),
      ...(!this.#mode && uniqueItems === true && { uniqueItems }),
    }
  }

  #writeTuple({ items, rest }: Extract<Type, { kind: 'tuple' }>, path: string): JsonSchema {
    const written = items.map((item, index) => this.#writeUse(item, `${path}[${index}]`))
    const others = rest && this.#writeUse(rest, `${path}[]`)
    if (!this.#mode) return { type: 'array', prefixItems: written, items: others ?? false, minItems: items.length }
    if (this.#mode.tuple !== 'object')
      this.#report(
        'tuple',
        path,
        'the strict subset has no tuples',
        "z.object({ … }) with named keys, or strict: { tuple: 'object' }",
      )
    const properties: Record<string, JsonSchema> = Object.fromEntries(
      written.map((item, index) => [String(index), item]),
    )
    if (others) properties['rest'] = { type: 'array', items: others }
    return closedObject(properties)
  }

  #writeRecord({ kind, key, value }: Extract<Type, { kind: 'record' | 'map' }>, path: string): JsonSchema {
    const of = this.#writeUse(value, `${path}.*`)
    if (!this.#mode && kind === 'record') return { type: 'object', additionalProperties: of }
    if (this.#mode && this.#mode.record !== 'pairs')
      this.#report(
        'record',
        path,
        `z.${kind}() has keys of its own choice, which the strict subset cannot express`,
        "z.object({ … }) with known keys, or strict: { record: 'pairs' }",
      )
    return { type: 'array', items: closedObject({ key: this.#writeUse(key, `${path}.key`), value: of }) }
  }
}

/** The formats the API holds the model to. */
export const strictFormats: ReadonlySet<string> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
])

/** Can another engine read this pattern, and mean the same? */
function portable({ source, flags, ofFormat }: Pattern): boolean {
  return (
    flags.replaceAll(/[uv]/g, '') === '' &&
    !/\(\?<?[=!]|\\[1-9]|\\k<|\\p\{/i.test(source) &&
    (!ofFormat || source.length <= 120)
  )
}

function closedObject(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

function writeLiteral(values: readonly (string | number | boolean | bigint)[]): JsonSchema {
  const json = values.map((value) => (typeof value === 'bigint' ? String(value) : value))
  const types = [...new Set(json.map((value) => typeof value))]
  const type = types.length === 1 ? types[0] : types
  return json.length === 1 ? { type, const: json[0] } : { type, enum: json }
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type } = schema
  if (Object.keys(schema).length === 0 || type === 'null') return schema
  if (Array.isArray(schema['anyOf'])) return { ...schema, anyOf: [...schema['anyOf'], { type: 'null' }] }
  const plain =
    typeof type === 'string' && type !== 'object' && type !== 'array' && !('enum' in schema) && !('const' in schema)
  return plain ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] }
}

/** The type first, then what is said about it. Beside `$ref` the API takes nothing, so a reference is wrapped. */
function annotate(schema: JsonSchema, note: Note | undefined, facts: readonly string[]): JsonSchema {
  const sentences = [note?.description?.trim(), ...facts].filter((text) => text !== undefined && text !== '')
  const description = sentences
    .map((text) => (/[.!?:…]$/.test(text ?? '') || sentences.length === 1 ? text : `${text}.`))
    .join(' ')
  if (!description && !note?.title) return schema
  const { type, ...rest } = schema['$ref'] === undefined ? schema : { anyOf: [schema] as unknown[], type: undefined }
  return {
    ...(type !== undefined && { type }),
    ...(note?.title && { title: note.title }),
    ...(description && { description }),
    ...rest,
  }
}

function factsOf({ type, fallback, note }: Shape): string[] {
  const facts = 'facts' in type ? [...type.facts] : []
  if (type.kind === 'string') facts.push(...lengthFacts(type.keywords))
  if (type.kind === 'set') facts.push('No item twice')
  const value = fallback && jsonOf(fallback.value)
  if (value !== undefined) facts.push(`Default: ${value}`)
  const examples = (note?.examples ?? []).map(jsonOf).filter((text) => text !== undefined)
  if (examples.length > 0) facts.push(`Examples: ${examples.join(', ')}`)
  if (note?.deprecated) facts.push('Deprecated')
  return facts
}

function lengthFacts(keywords: Readonly<Record<string, unknown>>): string[] {
  const { minLength, maxLength } = keywords as { minLength?: number; maxLength?: number }
  if (minLength !== undefined && minLength === maxLength) return [`Exactly ${minLength} characters`]
  return [
    ...(minLength === undefined ? [] : [`At least ${minLength} character${minLength === 1 ? '' : 's'}`]),
    ...(maxLength === undefined ? [] : [`At most ${maxLength} character${maxLength === 1 ? '' : 's'}`]),
  ]
}

function jsonOf(value: unknown): string | undefined {
  try {
    const text: string | undefined = JSON.stringify(value)
    return text !== undefined && text.length <= 200 ? text : undefined
  } catch {
    return undefined
  }
}

/** Types that stand in more than one place and hold others: written once, under `$defs`. */
function sharedTypes(root: Shape): ReadonlySet<Type> {
  const seen = new Set<Type>()
  const shared = new Set<Type>()
  const visit = ({ type }: Shape): void => {
    if (type.kind === 'reference') return void shared.add(type.to().type)
    const children = childrenOf(type)
    if (type.kind !== 'object' && children.every((child) => childrenOf(child.type).length === 0)) return
    if (seen.has(type)) {
      shared.add(type)
      return
    }
    seen.add(type)
    for (const child of children) visit(child)
  }
  visit(root)
  return shared
}

export function childrenOf(type: Type): readonly Shape[] {
  switch (type.kind) {
    case 'object':
      return type.properties.map(({ shape }) => shape)
    case 'array':
    case 'set':
      return [type.items]
    case 'tuple':
      return type.rest ? [...type.items, type.rest] : type.items
    case 'record':
    case 'map':
      return [type.key, type.value]
    case 'union':
      return type.options
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'date':
    case 'bigint':
    case 'literal':
    case 'reference':
    case 'any':
    case 'impossible':
      return []
  }
  return unreachable(type)
}

function step(key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function kindOf(type: Type): string {
  return type.kind === 'any' || type.kind === 'impossible' ? type.source : `a ${type.kind}`
}
