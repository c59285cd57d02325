// Does a value, as the model wrote it, fit a shape's definition? Chooses the branch of a union.
import { isObject, unreachable } from '../value/plain-object.ts'
import {
  acceptsNull,
  typeOf,
  type ObjectType,
  type Shape,
  type StringType,
  type Type,
  type UnionType,
} from '../shape/shape.ts'

/** Chooses branches for one value. Memoized, so that recursive unions take linear time. */
export class Fitting {
  readonly #exact = new Map<unknown, Map<Type, boolean>>()
  readonly #loose = new Map<unknown, Map<Type, boolean>>()

  /**
   * The index of the branch that a value belongs to, or -1. Candidates are the branches whose literals match, then those
   * without literals. The first that fits exactly wins, else the first that fits with unknown keys, else the first whose
   * literals match.
   */
  choose({ options }: UnionType, value: unknown): number {
    const matches = options.map((option) => matchesLiterals(option, value))
    const ranked = [...indexes(matches, 'yes'), ...indexes(matches, 'none')]
    const exact = ranked.find((index) => this.#use(options[index], value, this.#exact))
    const loose = exact ?? ranked.find((index) => this.#use(options[index], value, this.#loose))
    return loose ?? indexes(matches, 'yes')[0] ?? -1
  }

  #use(shape: Shape | undefined, value: unknown, memo: Map<unknown, Map<Type, boolean>>): boolean {
    if (!shape) return false
    if (value === null || value === undefined) return shape.optional === true || (value === null && acceptsNull(shape))
    const type = typeOf(shape)
    if (typeof value !== 'object' && type.kind !== 'union') return this.#type(type, value, memo)
    let known = memo.get(value)
    if (!known) memo.set(value, (known = new Map()))
    let answer = known.get(type)
    if (answer === undefined) known.set(type, (answer = this.#type(type, value, memo)))
    return answer
  }

  #type(type: Exclude<Type, { kind: 'reference' }>, value: unknown, memo: Map<unknown, Map<Type, boolean>>): boolean {
    switch (type.kind) {
      case 'string':
        return fitsString(type, value)
      case 'number':
        return typeof value === 'number' && (!type.integer || Number.isInteger(value)) && inRange(type.keywords, value)
      case 'boolean':
        return typeof value === 'boolean'
      case 'date':
        return typeof value === 'string' && isDateTime(value)
      case 'bigint':
        return typeof value === 'string' && /^-?\d+$/.test(value)
      case 'literal':
        return isOneOf(type.values, value)
      case 'object':
        return isObject(value) && this.#object(type, value, memo)
      case 'array':
      case 'set':
        return (
          Array.isArray(value) &&
          inSize(type.keywords, value.length) &&
          value.every((item) => this.#use(type.items, item, memo))
        )
      case 'tuple':
        return this.#items(type.items, type.rest, value, memo)
      case 'record':
      case 'map':
        return this.#pairs(type, value, memo)
      case 'union':
        return type.options.some((option) => this.#use(option, value, memo))
      case 'any':
        return true
      case 'null':
      case 'impossible':
        return false
    }
    return unreachable(type)
  }

  #object({ properties }: ObjectType, value: Record<string, unknown>, memo: Map<unknown, Map<Type, boolean>>): boolean {
    const fit = properties.every(({ key, shape }) => this.#use(shape, ownOf(value, key), memo))
    if (!fit || memo === this.#loose) return fit
    const keys = new Set(properties.map(({ key }) => key))
    return Object.keys(value).every((key) => keys.has(key))
  }

  #items(
    items: readonly Shape[],
    rest: Shape | undefined,
    value: unknown,
    memo: Map<unknown, Map<Type, boolean>>,
  ): boolean {
    const list = Array.isArray(value) ? (value as unknown[]) : isObject(value) ? asList(value, items.length) : undefined
    if (!list || (list.length > items.length && !rest)) return false
    return (
      items.every((item, index) => this.#use(item, list[index], memo)) &&
      list.slice(items.length).every((item) => this.#use(rest, item, memo))
    )
  }

  #pairs(type: Extract<Type, { key: Shape }>, value: unknown, memo: Map<unknown, Map<Type, boolean>>): boolean {
    if (Array.isArray(value))
      return value.every(
        (pair) =>
          isObject(pair) && this.#use(type.key, pair['key'], memo) && this.#use(type.value, pair['value'], memo),
      )
    return (
      type.kind === 'record' &&
      isObject(value) &&
      Object.values(value).every((item) => this.#use(type.value, item, memo))
    )
  }
}

/** A tuple that was written as an object with the keys `0`, `1`, … and `rest`. */
export function asList(value: Readonly<Record<string, unknown>>, length: number): unknown[] {
  const { rest } = value
  const first = Array.from({ length }, (_, index) => ownOf(value, String(index)))
  return Array.isArray(rest) ? [...first, ...rest] : first
}

function ownOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function indexes(matches: readonly string[], which: string): number[] {
  return matches.flatMap((one, index) => (one === which ? [index] : []))
}

/** Do the literal properties of an object match? `none`: the type requires none. */
function matchesLiterals(option: Shape, value: unknown): 'yes' | 'no' | 'none' {
  const type = typeOf(option)
  if (type.kind !== 'object' || !isObject(value)) return 'none'
  const literal = type.properties.filter(
    ({ shape }) => shape.type.kind === 'literal' && !shape.optional && !shape.nullable,
  )
  if (literal.length === 0) return 'none'
  const match = literal.every(
    ({ key, shape }) => shape.type.kind === 'literal' && isOneOf(shape.type.values, ownOf(value, key)),
  )
  return match ? 'yes' : 'no'
}

function isOneOf(values: readonly unknown[], value: unknown): boolean {
  return values.some((one) => one === value || (typeof one === 'bigint' && String(one) === value))
}

function fitsString({ keywords, patterns }: StringType, value: unknown): boolean {
  if (typeof value !== 'string') return false
  const { minLength = 0, maxLength = Infinity } = keywords as { minLength?: number; maxLength?: number }
  if (value.length < minLength || value.length > maxLength) return false
  return patterns.every(({ regex }) => !regex || value.search(regex) >= 0)
}

function inRange(keywords: Readonly<Record<string, number>>, value: number): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = keywords
  if (value < minimum || value > maximum) return false
  return (
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum)
  )
}

function inSize(keywords: Readonly<Record<string, unknown>>, length: number): boolean {
  const { minItems = 0, maxItems = Infinity } = keywords as { minItems?: number; maxItems?: number }
  return length >= minItems && length <= maxItems
}

function isDateTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))
}
