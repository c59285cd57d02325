import { UsageError } from '@toolloop/wire'
import type { Fact } from './events.ts'

/**
 * Where facts are kept. `checkRunLog` of `@toolloop/testing` checks that one does what a run relies on: it keeps facts
 * whole and in order, and refuses what does not follow the last one, so that two runs never both write to it.
 */
export interface RunLog {
  load(): readonly Fact[] | Promise<readonly Fact[]>
  /** Resolves once the facts are safe; throws or rejects where the first is not the next by `seq`. */
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
    append: (more) => {
      let next = facts.length
      for (const { seq } of more) if (seq !== next++) throw misplaced(seq, next - 1)
      for (const fact of more) facts.push(fact)
    },
  }
}

const misplaced = (seq: number, next: number): UsageError =>
  new UsageError(
    `The log goes on with fact ${next}, not ${seq}. Another run has written to it, or a fact is missing: load it again.`,
  )
