import type { Fact } from './events.ts'

/** Where facts are kept. `append` resolves once they are safe. */
export interface RunLog {
  load(): readonly Fact[] | Promise<readonly Fact[]>
  append(facts: readonly Fact[]): void | Promise<void>
}

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
