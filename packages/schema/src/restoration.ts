// The way back: turns what the model wrote, in the definition's terms, into what the source schema parses.
import type { StrictOptions } from './definition.ts'
import { fits } from './fit.ts'
import { isObject, unreachable } from './plain-object.ts'
import { acceptsNull, type ObjectType, type Shape, type Type, type UnionType } from './shape.ts'

/** Changes the value in place where it can: it belongs to the caller and was parsed for this. */
export type Restore = (value: unknown) => unknown

/** `undefined` where there is nothing to undo. */
export function restoration(shape: Shape, mode: StrictOptions | false): Restore | undefined {
  return new Compiler(mode).use(shape)
}

class Compiler {
  readonly #pairs: boolean
  readonly #tuples: boolean
  readonly #known = new Map<Type, { restore?: Restore | undefined }>()

  constructor(mode: StrictOptions | false) {
    this.#pairs = mode !== false
    this.#tuples = mode !== false
  }

  /** For a value in its place: `null` becomes `undefined` where the source would not take it. */
  use(shape: Shape): Restore | undefined {
    const restore = this.#type(shape.type)
    if (!dropsNull(shape)) return restore && ((value) => (value === null ? null : restore(value)))
    return (value) => (value === null ? undefined : restore ? restore(value) : value)
  }

  #type(type: Type): Restore | undefined {
    const known = this.#known.get(type)
    if (known) return 'restore' in known ? known.restore : (value) => (known.restore ? known.restore(value) : value)
    const entry: { restore?: Restore | undefined } = {}
    this.#known.set(type, entry)
    entry.restore = this.#compile(type)
    return entry.restore
  }

  #compile(type: Type): Restore | undefined {
    switch (type.kind) {
      case 'date':
        return toDate
      case 'bigint':
        return toBigInt
      case 'literal':
        return type.values.some((value) => typeof value === 'bigint') ? literalBigInts(type.values) : undefined
      case 'object':
        return this.#object(type)
      case 'array': {
        const item = this.use(type.items)
        return item && ((value) => (Array.isArray(value) ? value.map(item) : value))
      }
      case 'set': {
        const item = this.use(type.items)
        return (value) => (Array.isArray(value) ? new Set(item ? value.map(item) : value) : value)
      }
      case 'tuple':
        return this.#tuple(type.items, type.rest)
      case 'record':
      case 'map':
        return this.#record(type)
      case 'union':
        return this.#union(type)
      case 'reference':
        return this.use(type.to())
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
      case 'any':
      case 'impossible':
        return undefined
    }
    return unreachable(type)
  }

  #object(type: ObjectType): Restore | undefined {
    const steps = type.properties.flatMap(({ key, shape }) => {
      const restore = this.#type(shape.type)
      const drop = dropsNull(shape)
      return restore || drop ? [{ key, restore, drop }] : []
    })
    if (steps.length === 0) return undefined
    return (value) => {
      if (!isObject(value)) return value
      for (const { key, restore, drop } of steps) {
        if (!Object.hasOwn(value, key)) continue
        if (value[key] === null) {
          if (drop) delete value[key]
        } else if (restore) value[key] = restore(value[key])
      }
      return value
    }
  }

  #tuple(items: readonly Shape[], rest: Shape | undefined): Restore | undefined {
    const restores = items.map((item) => this.use(item))
    const restoreRest = rest && this.use(rest)
    const each = (value: unknown, index: number): unknown => {
      const restore = index < restores.length ? restores[index] : restoreRest
      return restore ? restore(value) : value
    }
    return (value) => {
      if (Array.isArray(value)) return value.map(each)
      if (!this.#tuples || !isObject(value)) return value
      const list = restores.map((_, index) => value[String(index)])
      while (list.length > 0 && list.at(-1) === undefined) list.pop()
      return [...list, ...(Array.isArray(value['rest']) ? value['rest'] : [])].map(each)
    }
  }

  #record(type: Extract<Type, { kind: 'record' | 'map' }>): Restore | undefined {
    const key = this.use(type.key)
    const of = this.use(type.value)
    const pairs = (value: readonly unknown[]): [unknown, unknown][] =>
      value.map((pair) => {
        const { key: name, value: item } = isObject(pair) ? pair : {}
        return [key ? key(name) : name, of ? of(item) : item]
      })
    if (type.kind === 'map') return (value) => (Array.isArray(value) ? new Map(pairs(value)) : value)
    if (!this.#pairs) {
      return (
        of &&
        ((value) => (isObject(value) ? recordOf(Object.entries(value).map(([name, item]) => [name, of(item)])) : value))
      )
    }
    return (value) => (Array.isArray(value) && value.every(isObject) ? recordOf(pairs(value)) : value)
  }

  #union(type: UnionType): Restore | undefined {
    const restores = type.options.map((option) => this.use(option))
    if (restores.every((restore) => restore === undefined)) return undefined
    return (value) => {
      const index = type.options.findIndex((option) => fits(option, value))
      const restore = restores[index]
      return restore ? restore(value) : value
    }
  }
}

function dropsNull(shape: Shape): boolean {
  return shape.optional === true && !acceptsNull(shape)
}

/** Every key is data, `__proto__` too. */
function recordOf(entries: readonly (readonly [unknown, unknown])[]): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const [key, value] of entries)
    Object.defineProperty(record, String(key), { value, enumerable: true, configurable: true, writable: true })
  return record
}

function toDate(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}

/** Digits only, and not so many that the conversion takes long. */
function toBigInt(value: unknown): unknown {
  if (typeof value === 'string' && /^-?\d{1,1000}$/.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function literalBigInts(values: readonly unknown[]): Restore {
  return (value) => values.find((one) => typeof one === 'bigint' && String(one) === value) ?? value
}
