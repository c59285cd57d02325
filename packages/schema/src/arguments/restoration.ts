// Restoration: turns what the model wrote, in the definition's terms, into what the source schema parses.
import type { StrictOptions } from '../contract/strict-options.ts'
import { asList, Fitting } from './fitting.ts'
import { isObject, unreachable } from '../value/plain-object.ts'
import { acceptsNull, type ObjectType, type RecordType, type Shape, type Type, type UnionType } from '../shape/shape.ts'

/** Changes the value in place where possible: nothing else holds it. */
export type Restore = (value: unknown) => unknown

/** Restores one part of a value. All steps of one value share `fitting`. */
type Step = (value: unknown, fitting: Fitting) => unknown

/** `undefined` if values need no restoration. */
export function restoration(shape: Shape, mode: StrictOptions | false): Restore | undefined {
  const step = new Compiler(mode).use(shape)
  return step && ((value) => step(value, new Fitting()))
}

class Compiler {
  /** Are records and tuples written as pairs and as objects? */
  readonly #strict: boolean
  readonly #known = new Map<Type, { step?: Step | undefined }>()

  constructor(mode: StrictOptions | false) {
    this.#strict = mode !== false
  }

  /** The step for a shape: `null` becomes `undefined` where the source does not accept it. */
  use(shape: Shape): Step | undefined {
    const step = this.#type(shape.type)
    if (!step && !dropsNull(shape)) return undefined
    const absent = dropsNull(shape) ? undefined : null
    return (value, fitting) => (value === null ? absent : step ? step(value, fitting) : value)
  }

  #type(type: Type): Step | undefined {
    const known = this.#known.get(type)
    if (known && 'step' in known) return known.step
    if (known) return (value, fitting) => (known.step ? known.step(value, fitting) : value)
    const entry: { step?: Step | undefined } = {}
    this.#known.set(type, entry)
    entry.step = this.#compile(type)
    return entry.step
  }

  #compile(type: Type): Step | undefined {
    switch (type.kind) {
      case 'date':
        return toDate
      case 'bigint':
        return toBigInt
      case 'literal':
        return type.values.some((value) => typeof value === 'bigint') ? literalBigInts(type.values) : undefined
      case 'object':
        return this.#object(type)
      case 'array':
      case 'set':
        return this.#items(type.kind, this.use(type.items))
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

  #object(type: ObjectType): Step | undefined {
    const steps = type.properties.flatMap(({ key, shape }) => {
      const step = this.#type(shape.type)
      const drop = dropsNull(shape)
      // A parser would read a missing `constructor` from the prototype.
      const inherited = key in Object.prototype
      return step || drop || inherited ? [{ key, step, drop, inherited, explicit: shape.explicit === true }] : []
    })
    if (steps.length === 0) return undefined
    return (value, fitting) => {
      if (!isObject(value)) return value
      for (const { key, step, drop, inherited, explicit } of steps) {
        const present = Object.hasOwn(value, key)
        if (present && value[key] !== null) value[key] = step ? step(value[key], fitting) : value[key]
        else if (present ? drop && (explicit || inherited) : inherited) value[key] = undefined
        else if (drop) delete value[key]
      }
      return value
    }
  }

  #items(kind: 'array' | 'set', step: Step | undefined): Step | undefined {
    if (kind === 'array' && !step) return undefined
    return (value, fitting) => {
      if (!Array.isArray(value)) return value
      const items: unknown[] = step ? value.map((item) => step(item, fitting)) : value
      return kind === 'set' ? new Set(items) : items
    }
  }

  #tuple(items: readonly Shape[], rest: Shape | undefined): Step {
    const steps = items.map((item) => this.use(item))
    const restStep = rest && this.use(rest)
    return (value, fitting) => {
      const list = this.#strict && isObject(value) ? asList(value, items.length) : value
      if (!Array.isArray(list)) return value
      const restored: unknown[] = list.map((item, index) => {
        const step = index < steps.length ? steps[index] : restStep
        return step ? step(item, fitting) : (item as unknown)
      })
      while (restored.length > 0 && restored.at(-1) === undefined) restored.pop()
      return restored
    }
  }

  #record(type: RecordType): Step | undefined {
    const key = this.use(type.key)
    const of = this.use(type.value)
    const read = (value: readonly unknown[], fitting: Fitting): [unknown, unknown][] =>
      value.map((pair) => {
        const { key: name, value: item } = isObject(pair) ? pair : {}
        return [key ? key(name, fitting) : name, of ? of(item, fitting) : item]
      })
    if (type.kind === 'map') return (value, fitting) => (arePairs(value) ? new Map(read(value, fitting)) : value)
    if (!this.#strict && !of) return undefined
    // A model that is not constrained to the definition may write a plain object.
    const plain: Step = (value, fitting) =>
      of && isObject(value) ? recordFrom(Object.entries(value).map(([name, item]) => [name, of(item, fitting)])) : value
    if (!this.#strict) return plain
    return (value, fitting) => (arePairs(value) ? recordFrom(read(value, fitting)) : plain(value, fitting))
  }

  #union(type: UnionType): Step | undefined {
    const steps = type.options.map((option) => this.use(option))
    if (steps.every((step) => step === undefined)) return undefined
    return (value, fitting) => {
      const step = steps[fitting.choose(type, value)]
      return step ? step(value, fitting) : value
    }
  }
}

function arePairs(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every(isObject)
}

function dropsNull(shape: Shape): boolean {
  return shape.optional === true && !acceptsNull(shape)
}

/** Every key is data, `__proto__` too. */
function recordFrom(entries: readonly (readonly [unknown, unknown])[]): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const [key, value] of entries)
    Object.defineProperty(record, String(key), { value, enumerable: true, configurable: true, writable: true })
  return record
}

function toDate(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return value
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}

/** Digits only, and not so many that the conversion takes long. */
function toBigInt(value: unknown): unknown {
  if (typeof value === 'string' && /^-?\d{1,1000}$/.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function literalBigInts(values: readonly unknown[]): Step {
  return (value) => values.find((one) => typeof one === 'bigint' && String(one) === value) ?? value
}
