/* oxlint-disable typescript/no-unsafe-type-assertion -- one generator for two versions of Zod */
// Generates schemas, values of them, and the values as a model would write them.
import * as fc from 'fast-check'
import type * as Zod from 'zod'

/** What Zod 3 and Zod 4 have alike. */
export type Library = Pick<
  typeof Zod,
  | 'array'
  | 'bigint'
  | 'boolean'
  | 'date'
  | 'discriminatedUnion'
  | 'enum'
  | 'intersection'
  | 'lazy'
  | 'literal'
  | 'map'
  | 'null'
  | 'number'
  | 'object'
  | 'record'
  | 'set'
  | 'string'
  | 'tuple'
  | 'union'
>

/** A schema with all that is needed to test it. */
export interface Model {
  /** For messages: the schema as code. */
  readonly code: string
  /** Takes `null` without being nullable. */
  readonly isNull?: boolean
  make(z: Library): Zod.ZodType
  /** What the source schema takes. */
  readonly value: fc.Arbitrary<unknown>
  /** The value as the definition demands it. */
  write(value: unknown): unknown
  /** The value with `null` for `undefined`, where the source takes both. */
  canon(value: unknown): unknown
}

const same = (value: unknown): unknown => value
const leaf = (code: string, make: Model['make'], value: fc.Arbitrary<unknown>, write = same): Model => ({
  code,
  make,
  value,
  write,
  canon: same,
})

const key = fc.constantFrom('a', 'b', 'key', 'value', 'rest', 'constructor', 'toString', 'content-type', 'ключ', '0')
const text = fc.string({ maxLength: 8 })
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value))
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01T00:00:00Z') })

const leaves: readonly Model[] = [
  leaf('z.string()', (z) => z.string(), text),
  leaf('z.string().min(2)', (z) => z.string().min(2), fc.string({ minLength: 2, maxLength: 8 })),
  leaf('z.number()', (z) => z.number(), number),
  leaf('z.number().int().min(0)', (z) => z.number().int().min(0), fc.nat()),
  leaf('z.boolean()', (z) => z.boolean(), fc.boolean()),
  { ...leaf('z.null()', (z) => z.null(), fc.constant(null)), isNull: true },
  leaf("z.enum(['a', 'b'])", (z) => z.enum(['a', 'b']), fc.constantFrom('a', 'b')),
  leaf('z.literal(7)', (z) => z.literal(7), fc.constant(7)),
  leaf(
    'z.date()',
    (z) => z.date(),
    date,
    (value) => (value as Date).toISOString(),
  ),
  leaf('z.bigint()', (z) => z.bigint(), fc.bigInt(), String),
  leaf('z.string().transform(…)', (z) => z.string().transform((value) => value.length), text),
]

/** Wrappers: what may be absent, and how. */
const wrappers: readonly ((inner: Model) => Model)[] = [
  (inner) => inner,
  (inner) => ({
    ...inner,
    code: `${inner.code}.optional()`,
    make: (z) => inner.make(z).optional(),
    value: fc.option(inner.value, { nil: undefined }),
    write: (value) => (value === undefined ? null : inner.write(value)),
    // Where the inner schema takes null, an absent value comes back as null.
    canon: (value) => (value === undefined ? undefined : inner.canon(value)),
  }),
  (inner) => ({
    ...inner,
    code: `${inner.code}.nullable()`,
    make: (z) => inner.make(z).nullable(),
    value: fc.option(inner.value, { nil: null }),
    write: (value) => (value === null ? null : inner.write(value)),
    canon: (value) => (value === null ? null : inner.canon(value)),
  }),
  (inner) => ({
    ...inner,
    code: `${inner.code}.nullish()`,
    make: (z) => inner.make(z).nullish(),
    value: fc.option(fc.option(inner.value, { nil: null }), { nil: undefined }),
    write: (value) => (value === undefined || value === null ? null : inner.write(value)),
    canon: (value) => (value === undefined || value === null ? null : inner.canon(value)),
  }),
]

function objectOf(properties: Readonly<Record<string, Model>>): Model {
  const entries = Object.entries(properties)
  const each = (value: unknown, map: (model: Model, item: unknown) => unknown): unknown =>
    Object.fromEntries(entries.map(([name, model]) => [name, map(model, (value as Record<string, unknown>)[name])]))
  return {
    code: `z.object({ ${entries.map(([name, model]) => `${JSON.stringify(name)}: ${model.code}`).join(', ')} })`,
    make: (z) => z.object(Object.fromEntries(entries.map(([name, model]) => [name, model.make(z)]))),
    value: fc.record(Object.fromEntries(entries.map(([name, model]) => [name, model.value]))),
    write: (value) => each(value, (model, item) => model.write(item)),
    canon: (value) => each(value, (model, item) => model.canon(item)),
  }
}

function arrayOf(item: Model): Model {
  return {
    code: `z.array(${item.code})`,
    make: (z) => z.array(item.make(z)),
    value: fc.array(item.value, { maxLength: 3 }),
    write: (value) => (value as unknown[]).map((one) => item.write(one)),
    canon: (value) => (value as unknown[]).map((one) => item.canon(one)),
  }
}

function setOf(item: Model): Model {
  return {
    code: `z.set(${item.code})`,
    make: (z) => z.set(item.make(z)),
    value: fc.array(item.value, { maxLength: 3 }).map((items) => new Set(items)),
    write: (value) => Array.from(value as Set<unknown>, (one) => item.write(one)),
    canon: (value) => new Set(Array.from(value as Set<unknown>, (one) => item.canon(one))),
  }
}

function recordOf(item: Model): Model {
  return {
    code: `z.record(z.string(), ${item.code})`,
    make: (z) => z.record(z.string(), item.make(z)),
    value: fc.dictionary(key, item.value, { maxKeys: 3 }).map((record) => ({ ...record })),
    write: (value) => Object.entries(value as object).map(([name, one]) => ({ key: name, value: item.write(one) })),
    canon: (value) => Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, item.canon(one)])),
  }
}

function mapOf(item: Model): Model {
  return {
    code: `z.map(z.number(), ${item.code})`,
    make: (z) => z.map(z.number(), item.make(z)),
    value: fc.array(fc.tuple(fc.nat(), item.value), { maxLength: 3 }).map((entries) => new Map(entries)),
    write: (value) =>
      Array.from(value as Map<unknown, unknown>, ([name, one]) => ({ key: name, value: item.write(one) })),
    canon: (value) => new Map(Array.from(value as Map<unknown, unknown>, ([name, one]) => [name, item.canon(one)])),
  }
}

function tupleOf(items: readonly Model[]): Model {
  return {
    code: `z.tuple([${items.map(({ code }) => code).join(', ')}])`,
    make: (z) => z.tuple(items.map((item) => item.make(z)) as [Zod.ZodType]),
    value: fc.tuple(...items.map(({ value }) => value)),
    write: (value) =>
      Object.fromEntries(items.map((item, index) => [String(index), item.write((value as unknown[])[index])])),
    canon: (value) => items.map((item, index) => item.canon((value as unknown[])[index])),
  }
}

/** Told apart by a literal, so that what was written belongs to one branch. */
function unionOf(options: readonly Model[], discriminated: boolean): Model {
  const branches = options.map((option, index) =>
    objectOf({
      kind: leaf(`z.literal('${index}')`, (z) => z.literal(String(index)), fc.constant(String(index))),
      of: option,
    }),
  )
  const branchOf = (value: unknown): Model => branches[Number((value as { kind: string }).kind)] as Model
  return {
    code: `z.${discriminated ? "discriminatedUnion('kind', " : 'union('}[${branches.map(({ code }) => code).join(', ')}])`,
    make: (z) => {
      const made = branches.map((branch) => branch.make(z)) as [Zod.ZodObject]
      return discriminated ? z.discriminatedUnion('kind', made) : z.union(made)
    },
    value: fc.oneof(...branches.map(({ value }) => value)),
    write: (value) => branchOf(value).write(value),
    canon: (value) => branchOf(value).canon(value),
  }
}

function intersectionOf(left: Model, right: Model): Model {
  const [a, b] = [objectOf({ left }), objectOf({ right })]
  const both = objectOf({ left, right })
  return { ...both, code: `z.intersection(${a.code}, ${b.code})`, make: (z) => z.intersection(a.make(z), b.make(z)) }
}

function lazyOf(inner: Model): Model {
  return { ...inner, code: `z.lazy(() => ${inner.code})`, make: (z) => z.lazy(() => inner.make(z)) }
}

/** Items that a set keeps apart by value. */
const scalars = leaves.filter(({ code }) => !code.includes('date') && !code.includes('transform'))

/** Any schema of a few levels. `write` takes `record: 'pairs'` and `tuple: 'object'`. */
export const models: fc.Arbitrary<Model> = fc
  .letrec<{ model: Model; wrapped: Model }>((tie) => ({
    wrapped: fc
      .tuple(tie('model'), fc.constantFrom(...wrappers))
      .filter(([model]) => !model.isNull)
      .map(([model, wrap]) => wrap(model)),
    model: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(...leaves),
      fc.dictionary(key, tie('wrapped'), { maxKeys: 4 }).map(objectOf),
      tie('wrapped').map(arrayOf),
      fc.constantFrom(...scalars).map(setOf),
      tie('model').map(recordOf),
      tie('model').map(mapOf),
      fc.array(tie('model'), { minLength: 1, maxLength: 3 }).map(tupleOf),
      fc
        .tuple(fc.array(tie('wrapped'), { minLength: 2, maxLength: 3 }), fc.boolean())
        .map(([options, discriminated]) => unionOf(options, discriminated)),
      fc.tuple(tie('wrapped'), tie('wrapped')).map(([left, right]) => intersectionOf(left, right)),
      tie('model').map(lazyOf),
    ),
  }))
  .model.map((model) => ({ ...model, [fc.toStringMethod]: () => model.code }))
