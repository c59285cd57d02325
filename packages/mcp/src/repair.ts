// Repairs JSON Schema that the API would reject. The server checks the arguments itself, so a definition may accept more.
import type { JsonSchema } from '@toolloop/schema'
import type { Report } from './findings.ts'

type Node = Readonly<Record<string, unknown>>

/** Deeper schemas accept anything. Strict mode takes ten levels of objects and arrays. */
const maxDepth = 40

/** A copy that the API accepts. Every change is reported. */
export function repaired(schema: unknown, report: Report): JsonSchema {
  const root = isNode(schema) ? schema : {}
  const copy = new Repair(root, report).root()
  return copy
}

class Repair {
  readonly #document: Node
  readonly #report: Report

  constructor(document: Node, report: Report) {
    this.#document = document
    this.#report = report
  }

  root(): Node {
    const copy = this.#node(this.#document, 'inputSchema', 0)
    const { anyOf, oneOf, allOf, not: _, enum: __, const: ___, $ref, ...rest } = copy
    const branches = [anyOf, oneOf].flat().filter(isNode)
    const parts = [allOf].flat().filter(isNode)
    const target = typeof $ref === 'string' ? this.#target(copy, $ref) : undefined
    if (branches.length + parts.length === 0 && !target)
      return { ...rest, type: 'object', properties: rest['properties'] ?? {} }
    this.#report('inputSchema', 'the root is a union or refers to another schema', 'loosened')
    return merged(
      rest,
      target ? [...parts, target] : parts,
      branches.map((one) => this.#resolved(copy, one)),
    )
  }

  #node(node: Node, path: string, depth: number): Node {
    if (depth > maxDepth) {
      this.#report(path, `nested more than ${maxDepth} levels deep`, 'loosened')
      return {}
    }
    const entries = Object.entries(node).flatMap(([keyword, value]) => this.#keyword(keyword, value, node, path, depth))
    const copy = Object.fromEntries(entries)
    return this.#typed(this.#required(copy, node, path), path)
  }

  #keyword(keyword: string, value: unknown, node: Node, path: string, depth: number): [string, unknown][] {
    const at = `${path}.${keyword}`
    const inner = (one: unknown, where: string): unknown =>
      isNode(one) ? this.#node(one, where, depth + 1) : typeof one === 'boolean' ? one : this.#any(one, where)
    if (maps.has(keyword)) {
      if (!isNode(value)) return this.#dropped(at, 'must be an object')
      return [
        [keyword, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one, `${at}.${key}`)]))],
      ]
    }
    if (lists.has(keyword) && Array.isArray(value)) {
      if (value.length === 0) return this.#dropped(at, 'must not be empty')
      return [[keyword, value.map((one, index) => inner(one, `${at}[${index}]`))]]
    }
    if (lists.has(keyword) && keyword !== 'items') return this.#dropped(at, 'must be an array')
    if (single.has(keyword)) return [[keyword, inner(value, at)]]
    if (keyword === 'type') return this.#type(value, at)
    if (keyword === 'enum')
      return Array.isArray(value) && value.length > 0
        ? [[keyword, value]]
        : this.#dropped(at, 'must be an array of values')
    if (keyword === '$ref') return this.#reference(value, at)
    if (keyword === 'required') return [] // added by `#required`
    if (texts.has(keyword) && typeof value !== 'string') return this.#dropped(at, 'must be a string')
    const isBound =
      typeof value === 'boolean' && keyword.startsWith('exclusive') && typeof node[bound(keyword)] === 'number'
    if (numbers.has(keyword) && typeof value !== 'number' && !isBound) return this.#dropped(at, 'must be a number')
    return [[keyword, value]]
  }

  #dropped(path: string, problem: string): [] {
    this.#report(path, problem, 'loosened')
    return []
  }

  #any(value: unknown, path: string): Node {
    this.#report(path, `${value === null ? 'null' : typeof value} is no schema`, 'loosened')
    return {}
  }

  #type(value: unknown, path: string): [string, unknown][] {
    const written = [value].flat()
    const known = written.flatMap((one) => (typeof one === 'string' ? (types[one.toLowerCase()] ?? []) : []))
    if (known.length < written.length || known.length === 0)
      return this.#dropped(path, `${JSON.stringify(value)?.slice(0, 60)} is no type`)
    if (known.some((one, index) => one !== written[index]))
      this.#report(path, `${JSON.stringify(value)} is no type of JSON Schema`, 'repaired')
    return [['type', known.length === 1 ? known[0] : [...new Set(known)]]]
  }

  #reference(value: unknown, path: string): [string, unknown][] {
    const isLocal = typeof value === 'string' && value.startsWith('#')
    if (isLocal && (!value.startsWith('#/') || this.#target(this.#document, value) !== undefined))
      return [['$ref', value]]
    return this.#dropped(path, `${JSON.stringify(value)?.slice(0, 80)} does not resolve`)
  }

  /** Names of properties that do not exist are not required. `required: true` of a property moves to its object. */
  #required(copy: Node, { required, properties }: Node, path: string): Node {
    const known = isNode(properties) ? properties : {}
    const marked = Object.keys(known).filter((key) => isNode(known[key]) && known[key]['required'] === true)
    if (marked.length > 0) this.#report(`${path}.properties`, 'a property says `required: true`', 'repaired')
    const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
    const isOpen = isNode(copy['additionalProperties']) || isNode(copy['patternProperties']) || 'allOf' in copy
    const there = names.filter((name) => isOpen || Object.hasOwn(known, name))
    const isMalformed = required !== undefined && typeof required !== 'boolean' && !Array.isArray(required)
    if (there.length < names.length || isMalformed)
      this.#report(`${path}.required`, 'names properties that do not exist', 'loosened')
    const all = [...new Set([...there, ...marked])]
    return all.length > 0 ? { ...copy, required: all } : copy
  }

  /** A missing `type` that the keywords imply. */
  #typed(node: Node, path: string): Node {
    if ('type' in node) return node
    const implied = 'properties' in node ? 'object' : 'items' in node ? 'array' : undefined
    if (implied === undefined) return node
    if (path !== 'inputSchema') this.#report(path, 'has no `type`', 'repaired')
    return { type: implied, ...node }
  }

  #target(document: Node, reference: string): Node | undefined {
    let at: unknown = document
    for (const part of reference.split('/').slice(1)) {
      const key = decoded(part)
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
      at = Reflect.get(at, key)
    }
    return isNode(at) ? at : undefined
  }

  #resolved(document: Node, branch: Node): Node {
    const { $ref } = branch
    return typeof $ref === 'string' ? (this.#target(document, $ref) ?? branch) : branch
  }
}

/** One object for a union of objects: every property of a branch, required if all branches require it. */
function merged(base: Node, parts: readonly Node[], branches: readonly Node[]): Node {
  const properties = new Map<string, unknown[]>()
  for (const source of [base, ...parts, ...branches])
    for (const [key, value] of Object.entries(isNode(source['properties']) ? source['properties'] : {})) {
      const known = properties.get(key) ?? []
      if (!known.some((one) => JSON.stringify(one) === JSON.stringify(value))) properties.set(key, [...known, value])
    }
  const common = branches
    .map(requiredOf)
    .reduce<readonly string[] | undefined>((all, one) => all?.filter((name) => one.includes(name)) ?? one, undefined)
  const required = [...new Set([...requiredOf(base), ...parts.flatMap(requiredOf), ...(common ?? [])])]
  const entries = Array.from(properties, ([key, values]) => [key, values.length === 1 ? values[0] : { anyOf: values }])
  const { additionalProperties: _, ...rest } = base
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(entries) as Node,
    ...(required.length > 0 && { required: required.filter((name) => properties.has(name)) }),
  }
}

function requiredOf({ required }: Node): string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

const bound = (keyword: string): string => keyword.replace('exclusiveM', 'm')

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}

const single = new Set([
  'items',
  'additionalProperties',
  'additionalItems',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const lists = new Set(['items', 'allOf', 'anyOf', 'oneOf', 'prefixItems'])
const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const texts = new Set(['pattern', 'format', 'title', 'description', '$id', '$anchor', '$schema'])
const numbers = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
])

/** Types, and the names that other languages have for them. */
const types: Readonly<Record<string, string>> = {
  string: 'string',
  str: 'string',
  text: 'string',
  number: 'number',
  float: 'number',
  double: 'number',
  integer: 'integer',
  int: 'integer',
  long: 'integer',
  boolean: 'boolean',
  bool: 'boolean',
  object: 'object',
  dict: 'object',
  array: 'array',
  list: 'array',
  null: 'null',
  none: 'null',
}
