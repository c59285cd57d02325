// Where two logs first differ.
import { difference, type Difference, type Fact } from '@toolloop/core'

export interface Divergence {
  /** The place in both logs, from 0. */
  readonly at: number
  readonly was: Fact | undefined
  readonly is: Fact | undefined
  /** The first difference inside the fact; absent where one log has ended. */
  readonly difference: Difference | undefined
}

/** The first fact that differs in more than time, run and the ids that come from the run; `undefined` for equal logs. */
export function firstDivergence(was: readonly Fact[], is: readonly Fact[]): Divergence | undefined {
  for (let at = 0; at < Math.max(was.length, is.length); at++) {
    const [a, b] = [was[at], is[at]]
    if (!a || !b) return { at, was: a, is: b, difference: undefined }
    const found = difference(comparable(a), comparable(b))
    if (found) return { at, was: a, is: b, difference: found }
  }
  return undefined
}

/** Fields that differ in every run. */
const own = new Set(['seq', 'at', 'run', 'ms', 'idempotencyKey', 'id', 'forkOf'])

const comparable = (fact: Fact): unknown => Object.fromEntries(Object.entries(fact).filter(([key]) => !own.has(key)))
