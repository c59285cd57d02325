// Parses text of the model into a value, or into issues for the model.
import type { Conversion } from './conversion.ts'
import { describeError } from '../value/describe-error.ts'
import { issuesOf, type Issue } from './issues.ts'
import type { StandardResult, StandardSchema } from '../contract/standard-schema.ts'

/** A valid value, or its issues. */
export type Parsed<T> = { readonly value: T } | { readonly issues: readonly Issue[]; readonly cause?: unknown }

const maxDepth = 128

/** Parses JSON. Rejects a value nested so deeply that a walk over it would overflow the stack. */
export function parseJson(text: string): Parsed<unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { issues: [{ path: '', message: `not valid JSON: ${describeError(error, 150)}` }], cause: error }
  }
  // Each level takes two characters at least.
  if (text.length > 2 * maxDepth && isDeeper(value, maxDepth))
    return { issues: [{ path: '', message: `nested more than ${maxDepth} levels deep` }] }
  return { value }
}

/**
 * Restores a value to the terms of the source schema and parses it with that schema; synchronously if the schema is
 * synchronous. `text` is the JSON that the value was read from.
 */
export function parseValue<T>(
  schema: StandardSchema<unknown, T>,
  conversion: Pick<Conversion, 'restore' | 'shape' | 'branches'> | undefined,
  text: string | undefined,
  value: unknown,
): Parsed<T> | Promise<Parsed<T>> {
  const tooDeep = conversion && undecided(conversion.branches, value)
  if (tooDeep) return { issues: [tooDeep] }
  const read = (result: StandardResult<T>): Parsed<T> =>
    result.issues
      ? // Restoring changes values in place; an issue names what the model wrote.
        { issues: issuesOf(result.issues, text === undefined ? value : JSON.parse(text), conversion?.shape) }
      : { value: result.value }
  try {
    const result = schema['~standard'].validate(conversion?.restore ? conversion.restore(value) : value)
    return 'then' in result ? Promise.resolve(result).then(read).catch(unreadable) : read(result)
  } catch (error) {
    return unreadable(error)
  }
}

function unreadable(error: unknown): Parsed<never> {
  return { issues: [{ path: '', message: `could not be read: ${describeError(error)}` }], cause: error }
}

/** A recursive union without discriminator takes branches^levels steps to parse: too deep a value is rejected first. */
function undecided(branches: number, value: unknown): Issue | undefined {
  if (branches < 2) return undefined
  const levels = Math.floor(Math.log(maxTries) / Math.log(branches))
  const message = `nested more than ${levels} levels deep, too many for a union of ${branches} recursive branches`
  return objectsDeep(value) > levels ? { path: '', message } : undefined
}

const maxTries = 1_000_000

function objectsDeep(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce((most: number, item) => Math.max(most, objectsDeep(item)), 0)
  return inner + (Array.isArray(value) ? 0 : 1)
}

/** Loops instead of `some`: every call's arguments are walked, and loops cost almost nothing. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const item of value) if (isDeeper(item, levels - 1)) return true
  } else {
    for (const key in value) if (isDeeper(Reflect.get(value, key), levels - 1)) return true
  }
  return false
}
