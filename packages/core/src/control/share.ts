// The share of a budget that a part of the run may use in another process.
import type { BudgetOptions } from '../agent/budget.ts'
import type { PartBudget } from '../facts/part.ts'

/** What shares hold in sum. */
export interface Shares {
  readonly tokens: number
  readonly usd: number
  readonly toolCalls: number
}

export const noShares: Shares = { tokens: 0, usd: 0, toolCalls: 0 }

/** The sum with one more; of a share, what was not used. */
export const withShare = (sum: Shares, share: PartBudget = {}, used: Shares = noShares): Shares => ({
  tokens: sum.tokens + Math.max(0, (share.tokens ?? 0) - used.tokens),
  usd: sum.usd + Math.max(0, (share.usd ?? 0) - used.usd),
  toolCalls: sum.toolCalls + Math.max(0, (share.toolCalls ?? 0) - used.toolCalls),
})

/** What is left of a budget. Milliseconds are not divided: parts run side by side. */
export interface Left extends Shares {
  readonly ms: number
}

/** One of `places` of what is left; at least a whole token and call where there is one. */
export function shareOf(
  { toolCalls, tokens, usd, ms, maxTokensPerStep, prices }: BudgetOptions,
  left: Left,
  places: number,
): PartBudget {
  const whole = (amount: number): number =>
    Math.max(0, Math.min(Math.floor(amount), Math.max(1, Math.floor(amount / places))))
  return {
    ...(toolCalls !== undefined && { toolCalls: whole(left.toolCalls) }),
    ...(tokens !== undefined && { tokens: whole(left.tokens) }),
    ...(usd !== undefined && { usd: Math.max(0, left.usd / places) }),
    ...(ms !== undefined && { ms: Math.max(1, left.ms) }),
    ...(maxTokensPerStep !== undefined && { maxTokensPerStep }),
    ...(prices && { prices }),
  }
}

/** What is within both. Prices are those of the inner budget. */
export function within(inner: PartBudget, outer: PartBudget): PartBudget {
  const least: Record<string, number> = {}
  for (const [name, value] of [...Object.entries(inner), ...Object.entries(outer)] as [string, unknown][])
    if (typeof value === 'number') least[name] = Math.min(least[name] ?? Infinity, value)
  const prices = { ...outer.prices, ...inner.prices }
  return { ...least, ...(Object.keys(prices).length > 0 && { prices }) }
}
