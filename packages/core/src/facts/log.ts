import { UsageError } from '@toolloop/wire'
import type { Fact } from './events.ts'

/**
 * Stores the facts of a run. It keeps facts whole and in order, and rejects a fact that does not follow the last one, so
 * that two runs never both write to it. `checkRunLog` of `@toolloop/testing` tests a log for this.
 */
export interface RunLog {
  load(): readonly Fact[] | Promise<readonly Fact[]>
  /** Resolves once the facts are stored; throws or rejects when the first is not the next by `seq`. */
  append(facts: readonly Fact[]): void | Promise<void>
}

/** A log in memory. `JSON.stringify(log.facts)` saves its facts; `memoryLog(JSON.parse(text))` restores them. */
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
    `The log expects fact ${next} next, got ${seq}. Another run has written to it, or a fact is missing: load it again.`,
  )
