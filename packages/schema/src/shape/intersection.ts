// Intersections: the shape of what fits two shapes, where one shape can express it.
import { joinKeywords } from './keywords.ts'
import {
  acceptsNull,
  typeOf,
  unionOf,
  type LiteralType,
  type ObjectType,
  type RecordType,
  type Shape,
  type Type,
} from './shape.ts'

type Resolved = ReturnType<typeof typeOf>

/** Intersections are not distributed over a union of more branches. */
const maxBranches = 100
/** The most pairs of types that one schema may intersect. */
const maxMeetings = 20_000
/** The stack holds more levels than this. */
const maxDepth = 300

/** The intersections of one schema. Never throws: shapes that cannot be merged give an `impossible` type. */
export class Intersections {
  readonly #known = new Map<Type, Map<Type, Type | undefined>>()
  /** Pairs with a union that are being met. */
  readonly #open = new Map<Type, Set<Type>>()
  #meetings = 0
  #depth = 0

  /** What fits both. */
  of(left: Shape, right: Shape): Shape {
    const met = this.#meet(left, right) ?? apart(typeOf(left), typeOf(right))
    const note = { ...right.note, ...left.note }
    const fallback = left.fallback ?? right.fallback
    return {
      type: met.type,
      ...(left.optional && right.optional && { optional: true }),
      ...(acceptsNull(left) && acceptsNull(right) && { nullable: true }),
      ...(fallback && { fallback }),
      ...(Object.keys(note).length > 0 && { note }),
    }
  }

  /** `undefined`: no value but perhaps `null` fits both. */
  #meet(left: Shape, right: Shape): Shape | undefined {
    const a = typeOf(left)
    const b = typeOf(right)
    if (++this.#meetings > maxMeetings) return apart(a, b, 'there is too much to merge')
    if (a === b || b.kind === 'any' || a.kind === 'impossible') return left
    if (a.kind === 'any' || b.kind === 'impossible') return right
    if (this.#depth > maxDepth) return apart(a, b, 'it is nested too deeply')
    this.#depth++
    try {
      if (a.kind === 'union' || b.kind === 'union') return this.#meetUnion(left, right)
      const type = this.#once(a, b)
      return type && { type }
    } finally {
      this.#depth--
    }
  }

  /** A pair that is met inside itself adds no branch. */
  #meetUnion(left: Shape, right: Shape): Shape | undefined {
    const a = typeOf(left)
    const b = typeOf(right)
    const open = this.#open.get(a) ?? new Set()
    this.#open.set(a, open)
    if (open.has(b)) return undefined
    open.add(b)
    try {
      if (a.kind === 'union') return this.#distribute(a.options, (option) => this.#meet(option, right))
      return b.kind === 'union' ? this.#distribute(b.options, (option) => this.#meet(left, option)) : undefined
    } finally {
      open.delete(b)
    }
  }

  /** A pair that is met inside itself, as in recursive schemas, gives a reference. */
  #once(a: Resolved, b: Resolved): Type | undefined {
    let known = this.#known.get(a)
    if (!known) this.#known.set(a, (known = new Map()))
    if (known.has(b)) return known.get(b)
    let met: Type | undefined
    known.set(b, { kind: 'reference', to: () => (met ? { type: met } : apart(a, b)) })
    met = this.#meetTypes(a, b)
    known.set(b, met)
    return met
  }

  #distribute(options: readonly Shape[], meet: (option: Shape) => Shape | undefined): Shape | undefined {
    if (options.length > maxBranches) return undefined
    const branches = options.map((option) => {
      const met = meet(option)
      return met && { type: met.type, ...(option.note && { note: option.note }) }
    })
    const met = branches.filter((branch) => branch !== undefined)
    return met.length === 0 || met.length > maxBranches ? undefined : unionOf(met)
  }

  #meetTypes(a: Resolved, b: Resolved): Type | undefined {
    if (a.kind === 'literal') return meetLiteral(a, b)
    if (b.kind === 'literal') return meetLiteral(b, a)
    if (a.kind === 'object' && b.kind === 'record') return this.#meetRecord(a, b)
    if (a.kind === 'record' && b.kind === 'object') return this.#meetRecord(b, a)
    if (a.kind === 'string' && b.kind === 'string') {
      const { keywords, unjoined } = joinKeywords(a.keywords, b.keywords)
      const patterns = [...a.patterns, ...b.patterns]
      return { kind: 'string', keywords, patterns, facts: [...a.facts, ...b.facts, ...unjoined] }
    }
    if (a.kind === 'number' && b.kind === 'number') {
      const { keywords, unjoined } = joinKeywords(a.keywords, b.keywords)
      return {
        kind: 'number',
        integer: a.integer || b.integer,
        keywords: numeric(keywords),
        facts: [...a.facts, ...b.facts, ...unjoined],
      }
    }
    if (a.kind === 'object' && b.kind === 'object') return this.#meetObjects(a, b)
    if (a.kind === 'record' && b.kind === 'record' && a.key.type.kind === 'string')
      return { kind: 'record', key: this.of(a.key, b.key), value: this.of(a.value, b.value) }
    if ((a.kind === 'array' || a.kind === 'set') && a.kind === b.kind) {
      const { keywords, unjoined } = joinKeywords(a.keywords, b.keywords)
      return { kind: a.kind, items: this.of(a.items, b.items), keywords, facts: [...a.facts, ...b.facts, ...unjoined] }
    }
    if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length && !a.rest && !b.rest)
      return { kind: 'tuple', items: a.items.map((item, at) => this.of(item, b.items[at] ?? item)), rest: undefined }
    if ((a.kind === 'date' && b.kind === 'date') || (a.kind === 'bigint' && b.kind === 'bigint'))
      return { kind: a.kind, facts: [...a.facts, ...b.facts] }
    return a.kind === b.kind && (a.kind === 'boolean' || a.kind === 'null') ? a : undefined
  }

  #meetObjects(a: ObjectType, b: ObjectType): Type | undefined {
    const rejected = rejectedKey(a, b) ?? rejectedKey(b, a)
    if (rejected !== undefined) return apart(a, b, `one side rejects the key \`${rejected}\` of the other`).type
    const properties = new Map(a.properties.map(({ key, shape }) => [key, shape]))
    for (const { key, shape } of b.properties) {
      const other = properties.get(key)
      properties.set(key, other ? this.of(other, shape) : shape)
    }
    const undefinedNames = [...(a.undefinedNames ?? []), ...(b.undefinedNames ?? [])].filter(
      (name) => !properties.has(name),
    )
    return {
      kind: 'object',
      properties: Array.from(properties, ([key, shape]) => ({ key, shape })),
      others: openness(a) >= openness(b) ? a.others : b.others,
      facts: [...a.facts, ...b.facts],
      ...(undefinedNames.length > 0 && { undefinedNames }),
    }
  }

  /** A record constrains every property, and leaves the object open. */
  #meetRecord(a: ObjectType, b: RecordType): Type {
    const properties = a.properties.map(({ key, shape }) => ({ key, shape: this.of(shape, b.value) }))
    return { kind: 'object', properties, others: b.value, facts: a.facts }
  }
}

function numeric(keywords: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = Object.entries(keywords).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return Object.fromEntries(entries)
}

function meetLiteral(a: LiteralType, b: Resolved): Type | undefined {
  const values = a.values.filter((value) =>
    b.kind === 'literal'
      ? b.values.includes(value)
      : typeof value === b.kind && (b.kind !== 'number' || !b.integer || Number.isInteger(value)),
  )
  return values.length === 0 ? undefined : { kind: 'literal', values }
}

/** A key that one object has and the other does not allow. */
function rejectedKey(a: ObjectType, b: ObjectType): string | undefined {
  if (a.others !== 'reject') return undefined
  const keys = new Set(a.properties.map(({ key }) => key))
  return b.properties.find(({ key }) => !keys.has(key))?.key
}

function openness({ others }: ObjectType): number {
  return others === 'reject' ? 3 : typeof others === 'object' ? 2 : others === 'keep' ? 1 : 0
}

function apart(
  a: Resolved,
  b: Resolved,
  reason = `no value is both ${named(a)} and ${named(b)}, or none that one schema can describe`,
): Shape {
  return {
    type: {
      kind: 'impossible',
      rule: 'intersection',
      source: 'an intersection',
      reason,
      remedy: 'write the one schema that fits both',
    },
  }
}

function named({ kind }: Resolved): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
