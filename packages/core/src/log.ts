import type { Fact } from './events.ts'
import type { RunLog } from './loop.ts'

/** A log in memory. `memoryLog(JSON.parse(text))` takes up saved facts; `JSON.stringify(log.facts)` saves them. */
export interface MemoryLog extends RunLog {
  readonly facts: readonly Fact[]
}

export function memoryLog(saved: readonly Fact[] = []): MemoryLog {
  const facts = [...saved]
  return {
    facts,
    load: () => facts,
    append: (more) => void facts.push(...more),
  }
}
