import type { AssistantMessage, Price, Usage } from '@toolloop/wire'
import type { CompactionCall } from './compaction.ts'
import type { Step } from './open-step.ts'

/** Tokens. Steps without reported usage are estimated separately, never counted as zero. */
export interface RunUsage {
  /** The sum of the reported usage; `null` when no step reported any. */
  readonly reported: Usage | null
  /** The number of steps without reported usage. */
  readonly unreported: number
  /** Estimated tokens of those steps' answers: a third of their UTF-8 bytes. */
  readonly estimated: number
}

export const noUsage: RunUsage = Object.freeze({ reported: null, unreported: 0, estimated: 0 })

export function addRunUsage(a: RunUsage, b: RunUsage): RunUsage {
  return {
    reported: a.reported && b.reported ? addUsage(a.reported, b.reported) : (a.reported ?? b.reported),
    unreported: a.unreported + b.unreported,
    estimated: a.estimated + b.estimated,
  }
}

/** Adds what the models of a compaction used. */
export const addCallUsage = (sum: RunUsage, { usage, estimated = 0 }: CompactionCall): RunUsage =>
  addRunUsage(
    sum,
    usage ? { reported: usage, unreported: 0, estimated: 0 } : { reported: null, unreported: 1, estimated },
  )

/** Sums the reported usage, with its details. */
export function usageOf(steps: readonly Pick<Step, 'usage' | 'message'>[]): RunUsage {
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
 * The reported usage, if it has both `prompt_tokens` and `completion_tokens`; else `null`. The builder has already dropped
 * invalid counts: negative, infinite, textual.
 */
export function soundUsage(usage: Usage | null | undefined): Usage | null {
  const { prompt_tokens, completion_tokens } = (usage ?? {}) as Partial<Usage>
  if (!usage || prompt_tokens === undefined || completion_tokens === undefined) return null
  return { ...usage, total_tokens: (usage as Partial<Usage>).total_tokens ?? prompt_tokens + completion_tokens }
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

/** The cost of one step in US dollars; `undefined` when price or usage is unknown. */
export function costOf(price: Price | undefined, usage: Usage | null): number | undefined {
  if (!price || !usage) return undefined
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0
  const input = (usage.prompt_tokens - cached) * price.input + cached * (price.cachedInput ?? price.input)
  return (input + usage.completion_tokens * price.output) / 1_000_000
}

const encoder = new TextEncoder()

/** A third of the UTF-8 bytes of what the model wrote. */
function estimateTokens(message: AssistantMessage): number {
  const { role: _, ...answer } = message
  return Math.ceil(encoder.encode(JSON.stringify(answer)).length / 3)
}
