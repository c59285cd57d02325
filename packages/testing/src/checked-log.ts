import type { LoggedFact } from './log-facts.ts'

/** A log as it is checked: the `RunLog` of an agent is one. */
export interface CheckedLog {
  load(): readonly LoggedFact[] | Promise<readonly LoggedFact[]>
  append(facts: readonly LoggedFact[]): void | Promise<void>
}
