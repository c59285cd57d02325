// The end of a part whose share of the budget is spent.
import type { Fact } from '../facts/events.ts'
import type { Part } from '../facts/part.ts'
import { isStageIn } from '../facts/stage-requests.ts'

/**
 * Holds the last facts of a part back that only say that a run in it has spent the share: without them the part can go on.
 * Where other work follows, they have had an effect, and are part of the log.
 */
export class SpentShare {
  readonly #budget: Part['budget']
  #held: Fact[] = []

  constructor({ budget }: Part) {
    this.#budget = budget
  }

  /** The facts that were held back. */
  get held(): readonly Fact[] {
    return this.#held
  }

  /** Whether the part has ended since its share is spent. */
  get isEnd(): boolean {
    return this.#held.length > 0
  }

  /** The facts that are not held back: with those before them that turn out to be needed. */
  without(facts: readonly Fact[]): Fact[] {
    if (!this.#budget) return [...facts]
    const free: Fact[] = []
    for (const one of facts) {
      const [first] = this.#held
      if (first ? endsWith(one, first.path) : this.#isSpent(one)) {
        this.#held.push(one)
        continue
      }
      free.push(...this.#held.splice(0))
      if (this.#isSpent(one)) this.#held.push(one)
      else free.push(one)
    }
    return free
  }

  #isSpent(one: Fact): boolean {
    if (one.type !== 'run.done' || one.outcome.status !== 'budget') return false
    const { allowed, dimension } = one.outcome
    return this.#budget?.[dimension] === allowed
  }
}

/** Whether a stage failed only since the run at this path did. */
const endsWith = (one: Fact, path: string): boolean =>
  one.type === 'stage.done' && !one.ok && isStageIn(path, one.stage)
