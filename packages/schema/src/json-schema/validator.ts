// Validates values against JSON Schema with an interpreter, in bounded time for every schema and value.
import { LimitError } from '@toolloop/wire'
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema'
import { lists, maps, single } from './subschemas.ts'
import { isObject } from '../value/plain-object.ts'
import { strictFormats } from './strict-formats.ts'
import { Unknown } from './unknown.ts'
import type { StandardIssue, StandardResult } from '../contract/standard-schema.ts'

/** The validator is made at first use: a schema that validates nothing costs nothing. */
export function jsonSchemaValidator<Value>(schema: Record<string, unknown>): (value: unknown) => StandardResult<Value> {
  const budget = { visits: 0, unique: false }
  let validator: Validator | undefined
  return (value) => {
    validator ??= new Validator(interpretable(schema, new Unknown(schema), budget), '2020-12', false)
    budget.visits = 0
    const long = budget.unique ? longArray(value, []) : undefined
    if (long)
      return { issues: [{ message: `at most ${maxUniqueItems} items, so that they can be compared`, path: long }] }
    const { valid, errors } = validate(validator, value)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the validator has just found it to be one
    return valid ? { value: value as Value } : { issues: issuesFrom(errors, value) }
  }
}

/** The most schemas that one validation may visit; recursive unions could visit exponentially many. */
const maxVisits = 200_000
const maxDepth = 500
/** Every pair of items is compared. */
const maxUniqueItems = 1000

/** Keywords that would change how references resolve, patterns, which are never compiled, and annotations. */
const ignored: ReadonlySet<string> = new Set([
  '$id',
  'id',
  '$schema',
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveRef',
  '$recursiveAnchor',
  'pattern',
  'patternProperties',
  'default',
  'examples',
  'additionalItems',
  'nullable',
])

interface Budget {
  visits: number
  /** Does the schema compare items? */
  unique: boolean
}

/** A copy without ignored keywords. The interpreter reads `$recursiveAnchor` at every visit: its getter counts them. */
function interpretable(schema: Record<string, unknown>, unknown: Unknown, budget: Budget, depth = 0): Schema {
  if (depth > maxDepth)
    throw new LimitError('depth', maxDepth, `The JSON Schema is nested more than ${maxDepth} levels deep`)
  if (schema['uniqueItems'] === true) budget.unique = true
  const inner = (value: unknown): unknown =>
    isObject(value) ? interpretable(value, unknown, budget, depth + 1) : value
  const entries = Object.entries(modern(unknown.relaxed(schema))).flatMap(([name, value]): [string, unknown][] => {
    if (ignored.has(name) || (name === 'format' && !strictFormats.has(value))) return []
    if (lists.has(name) && Array.isArray(value)) return [[name, value.map(inner)]]
    if (single.has(name)) return [[name, inner(value)]]
    if (maps.has(name) && isObject(value))
      return [[name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]))]]
    return [[name, value]]
  })
  return Object.defineProperty(Object.fromEntries(entries), '$recursiveAnchor', { get: () => spend(budget) })
}

/** Older spellings as draft 2020-12 writes them. A key that a pattern might allow fits its schema, or that of other keys. */
function modern(schema: Record<string, unknown>): Record<string, unknown> {
  const { items, additionalItems, additionalProperties, patternProperties, nullable, type, ...rest } = schema
  const others = isObject(patternProperties)
    ? { anyOf: [additionalProperties, ...Object.values(patternProperties)] }
    : additionalProperties
  return {
    ...rest,
    ...(type !== undefined && { type: nullable === true ? [type, 'null'].flat() : type }),
    ...(Array.isArray(items)
      ? { prefixItems: items, ...(additionalItems !== undefined && { items: additionalItems }) }
      : items !== undefined && { items }),
    ...(additionalProperties !== undefined && { additionalProperties: others }),
  }
}

function longArray(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (Array.isArray(value) && value.length > maxUniqueItems) return path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = longArray(item, [...path, Array.isArray(value) ? Number(key) : key])
    if (found) return found
  }
  return undefined
}

/** For a recursive union the interpreter may collect so many errors that the stack overflows. */
function validate(validator: Validator, value: unknown): ReturnType<Validator['validate']> {
  try {
    return validator.validate(value)
  } catch (error) {
    throw error instanceof RangeError ? tooManyVisits() : error
  }
}

function tooManyVisits(): LimitError {
  const message = 'the value is too large for this schema: it has too many ways to fit'
  return new LimitError('visits', maxVisits, message)
}

function spend(budget: Budget): undefined {
  budget.visits++
  if (budget.visits > maxVisits) throw tooManyVisits()
}

/** The interpreter reports every level; errors of these keywords only repeat an error further down. */
const levels: ReadonlySet<string> = new Set([
  'properties',
  'additionalProperties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  'if',
  'dependentSchemas',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
])

interface UnionIssue extends StandardIssue {
  readonly expected?: string
  readonly code?: 'invalid_union'
  readonly unionErrors?: readonly { readonly issues: readonly UnionIssue[] }[]
}

function issuesFrom(errors: readonly OutputUnit[], value: unknown): UnionIssue[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const outer = unions.filter((one) => !unions.some((other) => other !== one && isBelow(one, other)))
  const alone = errors.filter(
    (error) => !levels.has(error.keyword) && !outer.some((union) => error === union || isBelow(error, union)),
  )
  return [...alone.map((error) => issueFrom(error, value)), ...outer.map((union) => unionIssue(union, errors, value))]
}

function isBelow(error: OutputUnit, union: OutputUnit): boolean {
  return (
    error.keywordLocation.startsWith(`${union.keywordLocation}/`) &&
    error.instanceLocation.startsWith(union.instanceLocation)
  )
}

function unionIssue(union: OutputUnit, errors: readonly OutputUnit[], value: unknown): UnionIssue {
  const branches = new Map<string, OutputUnit[]>()
  for (const error of errors) {
    if (!isBelow(error, union)) continue
    const [branch = ''] = error.keywordLocation.slice(union.keywordLocation.length + 1).split('/')
    branches.set(branch, [...(branches.get(branch) ?? []), error])
  }
  const unionErrors = Array.from(branches.values(), (branch) => ({ issues: issuesFrom(branch, value) }))
  return { ...issueFrom(union, value), code: 'invalid_union', unionErrors }
}

function issueFrom({ keyword, error, instanceLocation }: OutputUnit, value: unknown): UnionIssue {
  const path = pathFrom(instanceLocation, value)
  const missing = keyword === 'required' ? /property "(.*)"\.$/s.exec(error)?.[1] : undefined
  if (missing !== undefined) return { message: 'required, but not received', path: [...path, missing] }
  const expected = keyword === 'type' ? /Expected "(.*)"/.exec(error)?.[1]?.replaceAll('", "', ' or ') : undefined
  if (expected !== undefined) return { message: `expected ${expected}`, expected, path }
  return { message: keyword === 'false' ? 'not allowed here' : wording(error), path }
}

function wording(error: string): string {
  return error
    .replace(/^Instance does not match any of \[(.*)\]\.$/s, 'expected one of $1')
    .replace(/^Instance does not match (.*)\.$/s, 'expected $1')
    .replace(/^Instance /, 'it ')
    .replace(/\.$/, '')
}

/** A JSON pointer as keys; a number where the value there is an array. */
function pathFrom(pointer: string, value: unknown): PropertyKey[] {
  let at = value
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      const found: PropertyKey = Array.isArray(at) ? Number(key) : key
      at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
      return found
    })
}
