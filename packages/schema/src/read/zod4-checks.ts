/* oxlint-disable no-underscore-dangle, typescript/no-unsafe-type-assertion -- reads the objects of another library */
// The checks of a Zod 4 schema (`.min()`, `.email()`, `.regex()` and the like) as keywords, patterns and facts.
import type { $ZodTypes } from 'zod/v4/core'
import { lower, raise } from '../shape/keywords.ts'
import type { NumberType, Pattern, StringType } from '../shape/shape.ts'
import { boundFact } from './zod-values.ts'

/** A check, as far as it is read here. */
export interface Check {
  readonly check: string
  readonly value?: number | bigint | Date
  readonly inclusive?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly size?: number
  readonly format?: string
  readonly pattern?: RegExp
  readonly local?: boolean
  readonly offset?: boolean
  readonly precision?: number | null
}

/** A format schema such as `z.email()` is its own first check. */
export function checksOf(schema: $ZodTypes): Check[] {
  const { def } = schema._zod
  const added: Check[] = (def.checks ?? []).map((check) => check._zod.def)
  return 'check' in def ? [def, ...added] : added
}

const formats: Readonly<Record<string, string>> = {
  guid: 'uuid',
  url: 'uri',
  datetime: 'date-time',
  json_string: 'json-string',
}
/** Formats that the user wrote as a pattern or a part of one. */
const written: ReadonlySet<string> = new Set([
  'regex',
  'starts_with',
  'ends_with',
  'includes',
  'lowercase',
  'uppercase',
])

export function stringType(checks: readonly Check[]): StringType {
  const keywords: Record<string, unknown> = {}
  const patterns: Pattern[] = []
  const facts: string[] = []
  for (const check of checks) {
    bounds(check, keywords, 'minLength', 'maxLength', check.length)
    if (check.check !== 'string_format' || check.format === undefined) continue
    const ofFormat = !written.has(check.format)
    if (check.pattern) patterns.push(patternOf(check.pattern, ofFormat))
    if (!ofFormat) continue
    // Zod's time has no offset, and a local date-time may lack one; the formats of JSON Schema require it.
    if (check.format === 'time' || check.local || check.precision === -1) facts.push(localTimes[check.format] ?? '')
    else keywords['format'] = formats[check.format] ?? check.format
    if (check.format === 'datetime' && !check.local && !check.offset) facts.push('In UTC, ending in Z')
  }
  return { kind: 'string', keywords, patterns, facts }
}

const localTimes: Readonly<Record<string, string>> = {
  time: 'A time without offset, such as 19:43:11',
  datetime: 'A date and time such as 2026-11-22T19:43:11',
}

export function patternOf(regex: RegExp, ofFormat: boolean): Pattern {
  return { source: regex.source, flags: regex.flags.replaceAll(/[gyd]/g, ''), ofFormat, regex }
}

const integers: Readonly<Record<string, readonly [number, number] | undefined>> = {
  safeint: undefined,
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
}

export function numberType(checks: readonly Check[]): NumberType {
  const keywords: Record<string, number> = {}
  const facts: string[] = []
  let integer = false
  for (const { check, value, inclusive, format = '' } of checks) {
    if (check === 'number_format' && format in integers) {
      integer = true
      const [least, most] = integers[format] ?? []
      if (least !== undefined) raise(keywords, 'minimum', least)
      if (most !== undefined) lower(keywords, 'maximum', most)
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (check === 'greater_than') raise(keywords, inclusive ? 'minimum' : 'exclusiveMinimum', value)
    if (check === 'less_than') lower(keywords, inclusive ? 'maximum' : 'exclusiveMaximum', value)
    if (check === 'multiple_of' && value !== 0) multiple(Math.abs(value), keywords, facts)
  }
  return { kind: 'number', integer, keywords, facts }
}

function multiple(value: number, keywords: Record<string, number>, facts: string[]): void {
  if (keywords['multipleOf'] === undefined) keywords['multipleOf'] = value
  else facts.push(`A multiple of ${value}`)
}

function bounds(check: Check, keywords: Record<string, unknown>, least: string, most: string, exact?: number): void {
  const minimum = check.minimum ?? exact
  const maximum = check.maximum ?? exact
  if (/^(min|length|size)_/.test(check.check) && minimum !== undefined) raise(keywords, least, minimum)
  if (/^(max|length|size)_/.test(check.check) && maximum !== undefined) lower(keywords, most, maximum)
}

export function sizeOf(checks: readonly Check[]): { keywords: Record<string, unknown>; facts: string[] } {
  const keywords: Record<string, unknown> = {}
  for (const check of checks) bounds(check, keywords, 'minItems', 'maxItems', check.length ?? check.size)
  return { keywords, facts: [] }
}

export function boundFacts(checks: readonly Check[]): string[] {
  return checks.flatMap(({ check, value, inclusive = false }) =>
    value !== undefined && (check === 'greater_than' || check === 'less_than')
      ? [boundFact(check === 'greater_than', inclusive, value)]
      : [],
  )
}
