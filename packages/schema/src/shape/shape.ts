// Shapes: what a schema accepts as JSON, independent of its library. Readers make shapes; definitions, restorations and
// findings are made from shapes, so that schemas of the same meaning have the same definition.
import type { Rule } from '../contract/findings.ts'
import { unreachable } from '../value/plain-object.ts'

/** One use of a type. Modifiers are flat, so that `.optional().nullable()` and `.nullable().optional()` are one. */
export interface Shape {
  readonly type: Type
  /** May be absent. The model writes `null` instead, which is removed where the source does not accept it. */
  readonly optional?: boolean
  /** An absent value must be present as `undefined`: `z.union([…, z.undefined()])`. */
  readonly explicit?: boolean
  /** The source itself accepts `null`. */
  readonly nullable?: boolean
  /** The value that the source uses for an absent one. */
  readonly fallback?: { readonly value: unknown }
  readonly note?: Note
  /** Keywords of the source that no definition can express; the source's parser enforces them. */
  readonly inexpressible?: readonly string[]
}

/** The metadata of a schema. */
export interface Note {
  readonly id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly examples?: readonly unknown[] | undefined
  readonly deprecated?: boolean | undefined
}

/** Recursion and reuse are by identity: two shapes of one type share the object. */
export type Type =
  | StringType
  | NumberType
  | { readonly kind: 'boolean' | 'null' }
  | LiteralType
  | { readonly kind: 'date'; readonly facts: readonly string[] }
  | { readonly kind: 'bigint'; readonly facts: readonly string[] }
  | ObjectType
  | ArrayType
  | TupleType
  | RecordType
  | UnionType
  | ReferenceType
  | AnyType
  | ImpossibleType

export interface StringType {
  readonly kind: 'string'
  /** JSON Schema keywords: `minLength`, `maxLength`, `format`. */
  readonly keywords: Readonly<Record<string, unknown>>
  readonly patterns: readonly Pattern[]
  /** Constraints that no keyword expresses, in words. */
  readonly facts: readonly string[]
}

export interface Pattern {
  readonly source: string
  readonly flags: string
  /** Given by the schema library as the pattern of a format, not by the user. */
  readonly ofFormat: boolean
  /** Present where the application compiled it; a pattern that was given as text is never compiled. */
  readonly regex?: RegExp
}

export interface NumberType {
  readonly kind: 'number'
  readonly integer: boolean
  /** JSON Schema keywords: `minimum`, `exclusiveMaximum`, `multipleOf` and the like. */
  readonly keywords: Readonly<Record<string, number>>
  readonly facts: readonly string[]
}

/** One of some values; `null` among them makes the shape nullable instead. */
export interface LiteralType {
  readonly kind: 'literal'
  readonly values: readonly (string | number | boolean | bigint)[]
}

export interface ObjectType {
  readonly kind: 'object'
  readonly properties: readonly Property[]
  /** What the source does with other keys: drop them, reject the object, keep them, or keep those that fit a shape. */
  readonly others: 'strip' | 'reject' | 'keep' | Shape
  /** Names that are required, but are no properties. */
  readonly undefinedNames?: readonly string[]
  readonly facts: readonly string[]
}

export interface Property {
  readonly key: string
  readonly shape: Shape
}

export interface ArrayType {
  readonly kind: 'array' | 'set'
  readonly items: Shape
  /** JSON Schema keywords: `minItems`, `maxItems`, `uniqueItems`. */
  readonly keywords: Readonly<Record<string, unknown>>
  readonly facts: readonly string[]
}

export interface TupleType {
  readonly kind: 'tuple'
  readonly items: readonly Shape[]
  readonly rest: Shape | undefined
}

export interface RecordType {
  readonly kind: 'record' | 'map'
  readonly key: Shape
  readonly value: Shape
}

export interface UnionType {
  readonly kind: 'union'
  readonly options: readonly Shape[]
  /** The source chooses the branch by a discriminator, and does not try each. */
  readonly discriminated?: boolean
}

/** Refers to a type that is still being read. */
export interface ReferenceType {
  readonly kind: 'reference'
  readonly to: () => Shape
}

export interface AnyType {
  readonly kind: 'any'
  /** As the source calls it, e.g. `z.unknown()`. */
  readonly source: string
  readonly remedy: string
}

/** What JSON cannot represent, or one definition cannot express. */
export interface ImpossibleType {
  readonly kind: 'impossible'
  readonly rule: Rule
  readonly source: string
  readonly reason: string
  readonly remedy: string
  /** The definition without strict mode, if there is one. */
  readonly loose?: Readonly<Record<string, unknown>>
}

/** A union. Nested unions are flattened; `null` and absent branches become modifiers. */
export function unionOf(options: readonly Shape[], discriminated = false): Shape {
  const flat = options.flatMap((option) =>
    option.type.kind === 'union' && !option.note
      ? option.type.options.map((inner) => inherit(inner, option))
      : [option],
  )
  const optional = flat.some((option) => option.optional)
  const explicit = optional && flat.every((option) => !option.optional || option.explicit)
  const nullable = flat.some((option) => option.nullable || option.type.kind === 'null')
  const fallback = flat.find((option) => option.fallback)?.fallback
  const branches = distinct(flat.filter((option) => option.type.kind !== 'null' && option.type !== absent)).map(bare)
  const modifiers = {
    ...(explicit && { explicit }),
    ...(optional && { optional }),
    ...(nullable && { nullable }),
    ...(fallback && { fallback }),
  }
  const [only] = branches
  if (!only) return nullable ? { type: { kind: 'null' }, ...modifiers } : { type: impossibleNever, ...modifiers }
  if (branches.length === 1) return { ...only, ...modifiers }
  return { type: { kind: 'union', options: branches, ...(discriminated && { discriminated }) }, ...modifiers }
}

/** A literal; `null` among the values becomes a modifier. */
export function literalOf(values: readonly (string | number | boolean | bigint | null)[]): Shape {
  const present = values.filter((value) => value !== null)
  const nullable = present.length < values.length
  if (present.length === 0) return { type: nullable ? { kind: 'null' } : impossibleNever }
  return { type: { kind: 'literal', values: [...new Set(present)] }, ...(nullable && { nullable }) }
}

/** A record whose keys are known is an object. */
export function recordOf(key: Shape, value: Shape, partial: boolean): Shape {
  if (key.type.kind !== 'literal') return { type: { kind: 'record', key, value } }
  const shape = partial ? { ...value, optional: true } : value
  const properties = key.type.values.map((name) => ({ key: String(name), shape }))
  return { type: { kind: 'object', properties, others: 'reject', facts: [] } }
}

/** `undefined` as a branch of a union: it makes the union optional and is no branch itself. */
export const absent: Type = {
  kind: 'impossible',
  rule: 'impossible',
  source: 'undefined',
  reason: 'JSON has no `undefined`',
  remedy: 'leave the property out, or write `z.null()` or `.optional()`',
}

const impossibleNever: Type = {
  kind: 'impossible',
  rule: 'impossible',
  source: 'never',
  reason: 'no value fits it',
  remedy: 'leave the property out',
}

/** Does the source accept `null` here? */
export function acceptsNull(shape: Shape): boolean {
  return shape.nullable === true || typeAcceptsNull(shape, new Set())
}

/** Each type is visited once: unions may hold each other, and one union many times. */
function typeAcceptsNull({ type }: Shape, seen: Set<Type>): boolean {
  if (type.kind === 'null' || type.kind === 'any') return true
  if ((type.kind !== 'reference' && type.kind !== 'union') || seen.has(type)) return false
  seen.add(type)
  const inner = type.kind === 'union' ? type.options : [type.to()]
  return inner.some((one) => one.nullable === true || typeAcceptsNull(one, seen))
}

/** Follows references to the type itself. */
export function typeOf(shape: Shape): Exclude<Type, ReferenceType> {
  let { type } = shape
  for (let hops = 0; type.kind === 'reference'; hops++) {
    if (hops === 100)
      return {
        kind: 'impossible',
        rule: 'reference',
        source: 'the reference',
        reason: 'it refers to nothing but itself',
        remedy: 'give it a type',
      }
    type = type.to().type
  }
  return type
}

/** The shapes a type holds, those of an object's other keys last. */
export function childrenOf(type: Type): readonly Shape[] {
  switch (type.kind) {
    case 'object': {
      const shapes = type.properties.map(({ shape }) => shape)
      return typeof type.others === 'object' ? [...shapes, type.others] : shapes
    }
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

function inherit(inner: Shape, outer: Shape): Shape {
  return {
    ...inner,
    ...(outer.optional && { optional: true }),
    ...(outer.nullable && { nullable: true }),
    ...(outer.fallback && { fallback: outer.fallback }),
  }
}

/** Without duplicates: a union of unions would otherwise double with every level. */
function distinct(options: readonly Shape[]): Shape[] {
  const seen = new Map<Type, Note | undefined>()
  return options.filter(({ type, note }) => {
    if (seen.has(type) && seen.get(type) === note) return false
    seen.set(type, note)
    return true
  })
}

function bare(shape: Shape): Shape {
  return { type: shape.type, ...(shape.note && { note: shape.note }) }
}
