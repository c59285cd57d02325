import {
  aFunction,
  aText,
  checkLimit,
  checkOptions,
  checkResultBound,
  milliseconds,
  oneOf,
  type OptionCheck,
  wholeNumber,
} from '@toolloop/wire'
import { checkStrictOptions } from '../contract/strict-options.ts'
import type { ToolLimit, ToolOptions, ToolPolicy } from './tool.ts'

/** Checks the options of all kinds of tools, and `more`, the options of one kind. @throws UsageError */
export function checkToolOptions(
  maker: string,
  options: Partial<ToolOptions<string, unknown, unknown, unknown>>,
  more: Readonly<Record<string, OptionCheck>>,
): void {
  const name: unknown = (options as { name?: unknown } | null | undefined)?.name
  const who = typeof name === 'string' ? `Tool \`${name}\`` : maker
  checkOptions(who, options, { ...checks, ...more })
  if (options.limit !== undefined) checkLimit(`${who}: \`limit\``, options.limit, { key: aFunction })
  if (options.maxResult !== undefined) checkResultBound(`${who}: \`maxResult\``, options.maxResult)
  if (options.strict !== undefined) checkStrictOptions(`${who}: \`strict\``, options.strict)
}

/** The policy of a tool, with defaults, from checked options. */
export function policyOf<Args, Context>(options: Partial<ToolPolicy<Args, Context>>): ToolPolicy<Args, Context> {
  const { effects = 'unsafe', timeout, retries, limit, onError } = options
  const { enabled, needsApproval, fingerprint, onInterrupted, loopKey, maxResult } = options
  return Object.freeze({
    effects,
    timeout,
    retries,
    limit: limit && copyOf(limit),
    onError,
    enabled,
    needsApproval,
    fingerprint,
    onInterrupted,
    loopKey,
    maxResult: typeof maxResult === 'object' ? Object.freeze({ ...maxResult }) : maxResult,
  })
}

/** A copy, since the caller may change the object later. */
function copyOf<Args, Context>(limit: ToolLimit<Args, Context>): ToolLimit<Args, Context> {
  return Object.freeze({ ...limit, ...(limit.key && { key: limit.key.bind(limit) }) })
}

const or = ([fits, expected]: OptionCheck, [otherFits, other]: OptionCheck): OptionCheck => [
  (value) => fits(value) || otherFits(value),
  `${expected} or ${other}`,
]
/** For options that another check validates, with a better message. */
export const unchecked: OptionCheck = [() => true, '']

const checks = {
  name: unchecked, // `checkName` reports it as a finding
  description: aText,
  execute: aFunction,
  effects: oneOf('none', 'idempotent', 'unsafe'),
  timeout: milliseconds,
  retries: wholeNumber(0),
  limit: unchecked,
  onError: or(oneOf('message', 'throw'), aFunction),
  enabled: or(oneOf(true, false), aFunction),
  needsApproval: or(oneOf(true, false), aFunction),
  fingerprint: aFunction,
  onInterrupted: or(oneOf('ask', 'report', 'rerun'), aFunction),
  loopKey: or(oneOf(false), aFunction),
  maxResult: unchecked,
} satisfies Record<Exclude<keyof ToolOptions<string, unknown, unknown, unknown>, 'strict'>, OptionCheck>
