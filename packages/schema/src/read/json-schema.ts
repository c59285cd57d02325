// Reads JSON Schema (draft-04 to 2020-12, and OpenAPI's `nullable`) into a shape. Patterns stay text.
import { malformed } from '../json-schema/form.ts'
import { nodeAt } from '../json-schema/references.ts'
import { isObject } from '../value/plain-object.ts'
import { clip } from '../value/excerpt.ts'
import { Reading } from './reading.ts'
import {
  literalOf,
  recordOf,
  unionOf,
  type ImpossibleType,
  type Note,
  type ObjectType,
  type Shape,
  type StringType,
  type Type,
} from '../shape/shape.ts'

type Node = Readonly<Record<string, unknown>>

/** @param byLibrary a library wrote it: a pattern beside a format is the format's, not the user's */
export function readJsonSchema(schema: Node, byLibrary: boolean): Shape {
  return new JsonReader(schema, byLibrary).root()
}

/** Keywords that no definition can express. The validator enforces them. */
const inexpressible: readonly string[] = [
  'not',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'minProperties',
  'maxProperties',
]

class JsonReader {
  readonly #document: Node
  readonly #byLibrary: boolean
  readonly #reading = new Reading()

  constructor(document: Node, byLibrary: boolean) {
    this.#document = document
    this.#byLibrary = byLibrary
  }

  root(): Shape {
    const shape = this.#read(this.#document)
    const { type } = shape
    // A tool without parameters is often described as a bare object.
    const bare =
      type.kind === 'object' && type.properties.length === 0 && this.#document['additionalProperties'] === undefined
    return bare ? { ...shape, type: { ...type, others: 'strip' } } : shape
  }

  #read(node: unknown): Shape {
    if (node === true) return anything
    if (!isObject(node))
      return impossible(node === false ? 'false' : describe(node), 'no value fits it', 'leave it out')
    return this.#reading.once(node, () => this.#readNode(node))
  }

  #readNode(node: Node): Shape {
    const wrong = malformed(node)
    if (wrong) return impossible(`\`${wrong.keyword}\``, `must be ${wrong.form}`, 'see json-schema.org', 'keyword')
    const parts = [this.#own(node), ...this.#compositions(node)].filter((part) => part !== undefined)
    const [first = anything, ...rest] = parts
    const shape = rest.reduce((all, part) => this.#reading.intersect(all, part), first)
    return {
      ...shape,
      ...(node['nullable'] === true && { nullable: true }),
      ...noted(shape, node),
      ...inexpressibleOf(node, shape),
      ...('default' in node && { fallback: { value: node['default'] } }),
    }
  }

  #compositions(node: Node): (Shape | undefined)[] {
    const { $ref, allOf, anyOf, oneOf } = node
    return [
      typeof $ref === 'string' ? this.#follow($ref) : undefined,
      ...(Array.isArray(allOf) ? allOf.map((part) => this.#read(part)) : []),
      Array.isArray(anyOf) ? unionOf(anyOf.map((option) => this.#read(option))) : undefined,
      Array.isArray(oneOf) ? unionOf(oneOf.map((option) => this.#read(option))) : undefined,
    ]
  }

  /** The node without its references and compositions; `undefined` if nothing else is there. */
  #own(node: Node): Shape | undefined {
    if ('const' in node) return literals([node['const']])
    if (Array.isArray(node['enum'])) return literals(node['enum'])
    const { type = impliedType(node) } = node
    if (Array.isArray(type)) return unionOf(Array.from(new Set(type), (one) => ({ type: this.#type(one, node) })))
    return type === undefined ? undefined : { type: this.#type(type, node) }
  }

  #type(type: unknown, node: Node): Type {
    switch (type) {
      case 'string':
        return stringType(node, this.#byLibrary)
      case 'number':
      case 'integer':
        return { kind: 'number', integer: type === 'integer', keywords: numbersOf(node), facts: [] }
      case 'boolean':
      case 'null':
        return { kind: type }
      case 'array':
        return this.#array(node)
      case 'object':
        return this.#object(node)
      default:
        return impossible(
          `type ${describe(type)}`,
          'JSON Schema has no such type',
          'use string, number, integer, boolean, object, array or null',
        ).type
    }
  }

  #array(node: Node): Type {
    const { items, prefixItems, additionalItems } = node
    const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined
    if (first) {
      const rest = Array.isArray(items) ? additionalItems : items
      return {
        kind: 'tuple',
        items: first.map((item, index) => this.#item(item, index, node)),
        rest: rest === undefined || typeof rest === 'boolean' ? undefined : this.#read(rest),
      }
    }
    const keywords: Record<string, unknown> = pick(node, ['minItems', 'maxItems'])
    if (node['uniqueItems'] === true) keywords['uniqueItems'] = true
    return { kind: 'array', items: items === undefined ? noItems : this.#read(items), keywords, facts: [] }
  }

  /** Items of a tuple after the first `minItems` may be absent. */
  #item(item: unknown, index: number, { minItems, prefixItems }: Node): Shape {
    const shape = this.#read(item)
    const required = typeof minItems === 'number' ? index < minItems : !prefixItems
    return required ? shape : { ...shape, optional: true }
  }

  #object(node: Node): Type {
    const { properties, required, additionalProperties, patternProperties, propertyNames } = node
    const named = isObject(properties) ? Object.keys(properties) : []
    const needed = new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [])
    if (named.length === 0 && isObject(patternProperties) && !isObject(additionalProperties))
      return this.#record(
        propertyNames,
        unionOf(Object.values(patternProperties).map((one) => this.#read(one))),
        needed,
      )
    if (
      named.length === 0 &&
      (isObject(additionalProperties) || (propertyNames !== undefined && additionalProperties !== false))
    )
      return this.#record(propertyNames, this.#read(additionalProperties ?? true), needed)
    const shapes = named.map((key) => this.#property(key, Reflect.get(Object(properties), key), needed))
    const isOpen = isObject(additionalProperties) || isObject(patternProperties)
    const undefinedNames = isOpen ? [] : [...needed].filter((name) => !Object.hasOwn(Object(properties), name))
    return {
      kind: 'object',
      properties: shapes,
      others: this.#others(node),
      facts: [],
      ...(undefinedNames.length > 0 && { undefinedNames }),
    }
  }

  #property(key: string, node: unknown, needed: ReadonlySet<unknown>): { key: string; shape: Shape } {
    const shape = this.#read(node)
    return { key, shape: needed.has(key) ? shape : { ...shape, optional: true } }
  }

  #record(names: unknown, value: Shape, needed: ReadonlySet<unknown>): Type {
    const key: Shape = isObject(names) ? this.#reading.intersect(text, this.#read(names)) : text
    const record = recordOf(key, value, false).type
    if (record.kind !== 'object') return record
    const properties = record.properties.map((one) =>
      needed.has(one.key) ? one : { ...one, shape: { ...one.shape, optional: true } },
    )
    return { ...record, properties }
  }

  #others({ properties, additionalProperties, patternProperties }: Node): ObjectType['others'] {
    if (isObject(additionalProperties))
      return Object.keys(additionalProperties).length === 0 ? 'keep' : this.#read(additionalProperties)
    if (isObject(patternProperties)) return unionOf(Object.values(patternProperties).map((one) => this.#read(one)))
    if (additionalProperties === undefined) return properties === undefined ? 'keep' : 'strip'
    return additionalProperties === true ? 'keep' : 'reject'
  }

  #follow(reference: string): Shape {
    const target = nodeAt(this.#document, reference)
    if (target !== undefined) return this.#read(target)
    const shown = clip(reference, 100)
    return impossible(
      `$ref "${shown}"`,
      'it does not resolve in this document',
      'put the schema under $defs and refer to it as #/$defs/name',
      'reference',
    )
  }
}

const anything: Shape = {
  type: {
    kind: 'any',
    source: 'a schema without a type',
    remedy: '{ "type": "string", "description": "JSON" }, or name a type',
  },
}
const noItems: Shape = {
  type: { kind: 'any', source: 'an array without `items`', remedy: '"items": { "type": "string" }' },
}
const text: Shape = { type: { kind: 'string', keywords: {}, patterns: [], facts: [] } }

function impossible(
  source: string,
  reason: string,
  remedy: string,
  rule: ImpossibleType['rule'] = 'impossible',
): Shape & { type: ImpossibleType } {
  return { type: { kind: 'impossible', rule, source, reason, remedy } }
}

function literals(values: readonly unknown[]): Shape {
  const scalar = values.filter(isScalar)
  if (values.length === 0) return impossible('an empty enum', 'no value fits it', 'leave the property out')
  if (scalar.length === values.length) return literalOf(scalar)
  const reason = 'the strict subset takes strings, numbers, booleans and null'
  const { type } = impossible('an enum of objects or arrays', reason, 'describe the object with "properties"')
  return { type: { ...type, loose: { enum: values } } }
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** The type that the keywords of a node imply. */
function impliedType(node: Node): string | undefined {
  if ('properties' in node || 'additionalProperties' in node || 'patternProperties' in node) return 'object'
  if ('items' in node || 'prefixItems' in node) return 'array'
  if ('pattern' in node || 'minLength' in node || 'maxLength' in node || 'format' in node) return 'string'
  return Object.keys(numbersOf(node)).length > 0 ? 'number' : undefined
}

function stringType(node: Node, byLibrary: boolean): StringType {
  const { pattern, contentEncoding } = node
  const keywords: Record<string, unknown> = pick(node, ['minLength', 'maxLength'])
  if (typeof node['format'] === 'string') keywords['format'] = node['format']
  const patterns =
    typeof pattern === 'string' ? [{ source: pattern, flags: 'u', ofFormat: byLibrary && 'format' in node }] : []
  return {
    kind: 'string',
    keywords,
    patterns,
    facts: typeof contentEncoding === 'string' && !('format' in node) ? [`In ${contentEncoding}`] : [],
  }
}

function numbersOf(node: Node): Record<string, number> {
  const found = pick(node, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'])
  // The bounds of safe integers are no help to a model.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => Math.abs(value) !== Number.MAX_SAFE_INTEGER))
}

function pick(node: Node, names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {}
  for (const name of names) {
    const value = node[name]
    if (typeof value === 'number' && Number.isFinite(value)) found[name] = value
  }
  return found
}

function noted(shape: Shape, { title, description, examples, deprecated }: Node): { note?: Note } {
  const note = {
    ...shape.note,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(Array.isArray(examples) && { examples: examples as unknown[] }),
    ...(deprecated === true && { deprecated }),
  }
  return Object.keys(note).length > 0 ? { note } : {}
}

function inexpressibleOf(node: Node, shape: Shape): { inexpressible?: readonly string[] } {
  const found = [...(shape.inexpressible ?? []), ...inexpressible.filter((name) => name in node)]
  return found.length > 0 ? { inexpressible: found } : {}
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(clip(value, 50)) : value === null ? 'null' : typeof value
}
