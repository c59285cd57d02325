import { UsageError } from '@toolloop/wire'
import type { ToolPolicy } from './tool.ts'

/** How a tool may be run, with its defaults. @throws UsageError for what makes no sense */
export function policyOf<Args, Context>(
  tool: string,
  options: Partial<ToolPolicy<Args, Context>>,
): ToolPolicy<Args, Context> {
  const { effects = 'unsafe', timeout, retries, limit, onError } = options
  const { enabled, needsApproval, onInterrupted, loopKey } = options
  const check = (fits: boolean, name: string, value: unknown, remedy: string): void => {
    if (!fits) throw new UsageError(`Tool \`${tool}\`: \`${name}\` is ${String(value)}; ${remedy}`)
  }
  check(['none', 'idempotent', 'unsafe'].includes(effects), 'effects', effects, "'none', 'idempotent' or 'unsafe'")
  check(isPositive(timeout), 'timeout', timeout, 'a number of milliseconds above 0')
  check(retries === undefined || (Number.isInteger(retries) && retries >= 0), 'retries', retries, '0, 1, 2, …')
  check(isPositive(limit?.concurrency), 'limit.concurrency', limit?.concurrency, '1 or more')
  check(isPositive(limit?.interval), 'limit.interval', limit?.interval, 'a number of milliseconds above 0')
  check(isPositive(limit?.intervalCap), 'limit.intervalCap', limit?.intervalCap, '1 or more')
  return Object.freeze({ effects, timeout, retries, limit, onError, enabled, needsApproval, onInterrupted, loopKey })
}

function isPositive(value: number | undefined): boolean {
  return value === undefined || value > 0
}
