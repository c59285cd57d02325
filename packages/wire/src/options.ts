// Checks of options: an invalid option throws where it is passed. The message names the option, its value and the values it accepts.
import { UsageError } from './errors.ts'

/** What an option's value must be: a predicate, and its text for the message "`timeout` is -1; it must be {expected}". */
export type OptionCheck = readonly [fits: (value: unknown) => boolean, expected: string]

/** Rejects unknown option names, which would otherwise have no effect. @throws UsageError with the name and the known names */
export function checkOptionNames(who: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new UsageError(
      `${who} takes an object of options, not ${showOption(options)}; there are ${known.join(', ')}.`,
    )
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`${who} has no option \`${unknown}\`; there are ${known.join(', ')}.`)
}

/** Checks names and values. An option that is `undefined` counts as left out. @throws UsageError for the first invalid one */
export function checkOptions(who: string, options: object, known: Readonly<Record<string, OptionCheck>>): void {
  checkOptionNames(who, options, Object.keys(known))
  for (const [name, value] of Object.entries(options)) {
    const check = known[name]
    if (value === undefined || check === undefined || check[0](value)) continue
    throw new UsageError(`${who}: \`${name}\` is ${showOption(value)}; it must be ${check[1]}.`)
  }
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number): OptionCheck {
  return [(value) => Number.isInteger(value) && Number(value) >= least, `a whole number of at least ${least}`]
}

export function oneOf(...values: readonly unknown[]): OptionCheck {
  return [(value) => values.includes(value), values.map(showOption).join(' or ')]
}

/** The longest delay of a timer in milliseconds: the platform fires timers above it at once. */
const longestTimer = 2 ** 31 - 1

export const milliseconds: OptionCheck = [
  (value) => typeof value === 'number' && value > 0 && value <= longestTimer,
  `a number of milliseconds above 0, and at most ${longestTimer} (24.8 days)`,
]
export const aFunction: OptionCheck = [(value) => typeof value === 'function', 'a function']
export const aText: OptionCheck = [(value) => typeof value === 'string', 'a text']
const count: OptionCheck = [
  (value) => value === Infinity || wholeNumber(1)[0](value),
  'a whole number of at least 1, or Infinity',
]
const limitChecks: Readonly<Record<string, OptionCheck>> = {
  concurrency: count,
  interval: milliseconds,
  intervalCap: count,
}

/**
 * Checks a limit of the form `{ concurrency, interval, intervalCap }`. @param more checks of further fields, such as `key`
 * @throws UsageError
 */
export function checkLimit(who: string, limit: object, more: Readonly<Record<string, OptionCheck>> = {}): void {
  checkOptions(who, limit, { ...limitChecks, ...more })
  const { concurrency, interval, intervalCap } = limit as Record<string, unknown>
  const got = `Got ${showOption(limit)}.`
  if (interval !== undefined && intervalCap === undefined)
    throw new UsageError(`${who}: \`interval\` needs \`intervalCap\`: at most that many start per interval. ${got}`)
  if (intervalCap !== undefined && interval === undefined)
    throw new UsageError(`${who}: \`intervalCap\` needs \`interval\`: the milliseconds it counts over. ${got}`)
  if (concurrency === undefined && interval === undefined)
    throw new UsageError(`${who} limits nothing: set \`concurrency\`, or \`interval\` with \`intervalCap\`. ${got}`)
}

const boundChecks: Readonly<Record<string, OptionCheck>> = {
  tokens: wholeNumber(1),
  keep: [
    (value) => typeof value === 'function' || ['head', 'tail', 'middle'].includes(value as string),
    '"head", "tail", "middle" or a function',
  ],
}

/**
 * Checks the bound of a result: a number of tokens, or `{ tokens, keep }`. @param more checks of further fields
 * @throws UsageError
 */
export function checkResultBound(who: string, value: unknown, more: Readonly<Record<string, OptionCheck>> = {}): void {
  if (typeof value === 'number' && boundChecks['tokens']![0](value)) return
  if (typeof value === 'object' && value !== null) {
    checkOptions(who, value, { ...boundChecks, ...more })
    if ('tokens' in value && value.tokens !== undefined) return
  }
  throw new UsageError(`${who} is ${showOption(value)}; it must be a whole number of tokens, or { tokens, keep }.`)
}

/** An option's value in at most 120 characters. */
export function showOption(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 120).replace(/[\uD800-\uDBFF]$/, '')
  } catch {
    return 'an object'
  }
}
