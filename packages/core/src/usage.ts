import type { AssistantMessage, Price, Usage } from '@toolloop/wire'
import type { RunUsage } from './result.ts'
import type { Step } from './state.ts'

/** Sums what servers told; details too. Unknown is never zero. */
export function usageOf(steps: readonly Step[]): RunUsage {
  let reported: Usage | null = null
  let unreported = 0
  let estimated = 0
  for (const { usage, message } of steps) {
    if (usage) reported = reported ? addUsage(reported, usage) : usage
    else {
      unreported++
      estimated += estimateTokens(message)
    }
  }
  return { reported, unreported, estimated }
}

/**
 * What a server told, if it can be true. Numbers that are negative, not finite or no numbers would spoil every sum and
 * budget: then the step counts as one that told nothing.
 */
export function soundUsage(usage: Usage | null | undefined): Usage | null {
  if (!usage || !isCount(usage.prompt_tokens) || !isCount(usage.completion_tokens)) return null
  return { total_tokens: usage.prompt_tokens + usage.completion_tokens, ...soundCounts(usage) } as Usage
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

function soundCounts(counts: object): object {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([key, value]: [string, unknown]) => {
      if (typeof value === 'number') return isCount(value) ? [[key, value]] : []
      return [[key, typeof value === 'object' && value !== null && !Array.isArray(value) ? soundCounts(value) : value]]
    }),
  )
}

/** Adds counts field by field, one level deep. */
export function addUsage(a: Usage, b: Usage): Usage {
  return add(a as unknown as Counts, b as unknown as Counts) as unknown as Usage
}

interface Counts {
  [key: string]: number | Counts | null | undefined
}

function add(a: Counts, b: Counts): Counts {
  const sum: Counts = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const before = sum[key]
    if (typeof value === 'number') sum[key] = (typeof before === 'number' ? before : 0) + value
    else if (typeof value === 'object' && value !== null)
      sum[key] = add(typeof before === 'object' && before !== null ? before : {}, value)
    else sum[key] ??= value
  }
  return sum
}

/** US dollars of one step, where price and usage are known. */
export function costOf(price: Price | undefined, usage: Usage | null): number | undefined {
  if (!price || !usage) return undefined
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0
  const input = (usage.prompt_tokens - cached) * price.input + cached * (price.cachedInput ?? price.input)
  return (input + usage.completion_tokens * price.output) / 1_000_000
}

const encoder = new TextEncoder()

/** A third of the UTF-8 bytes of what the model wrote. */
function estimateTokens(message: AssistantMessage): number {
  const { role: _, ...said } = message
  return Math.ceil(encoder.encode(JSON.stringify(said)).length / 3)
}
