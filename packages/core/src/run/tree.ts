// What all levels of a tree share: one log, one counter, one id.
import { type Clock, deepFreeze } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import { Budget } from '../control/budget.ts'
import { Branches } from '../facts/branches.ts'
import type { Fact, FactOf } from '../facts/events.ts'
import type { Exhausted } from '../facts/outcome.ts'
import type { PartBudget, PartMark } from '../facts/part.ts'
import { isInPart, isOfPart } from '../facts/part-facts.ts'
import type { Distributor } from './distributor.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The root run and the runs inside it. They write to one log, in which one counter numbers the facts. */
export class Tree {
  readonly id: string
  readonly clock: Clock
  /** The budgets of the levels, the outermost first. */
  readonly budgets: Budget[] = []
  /** The facts that the log held. */
  readonly #before: Fact[]
  /** What the runs below the root came to. */
  readonly branches: Branches = new Branches()
  /** Runs parts in other processes. Without one all runs in this process. */
  readonly distributor: Distributor | undefined
  #seq: number
  /** The facts of the levels below the root that were in the log, by path. */
  readonly #past = new Map<string, Fact[]>()
  /** The parts that the log has started, by path. */
  readonly #parts = new Map<string, FactOf<'part.start'>>()

  /** `past`: the facts that the log holds. */
  constructor(id: string, clock: Clock, past: readonly Fact[], distributor?: Distributor) {
    this.id = id
    this.clock = clock
    this.distributor = distributor
    this.#seq = past.length
    this.#before = [...past]
    this.#remember(past)
    for (const fact of past) if (fact.path) this.branches.take(fact)
  }

  /** Keeps facts of levels below the root, for the runs that will be opened there. */
  remember(facts: readonly Fact[]): void {
    this.#before.push(...facts)
    this.#remember(facts)
  }

  #remember(facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.#followPart(fact)
      if (!fact.path) continue
      const known = this.#past.get(fact.path)
      if (known) known.push(fact)
      else this.#past.set(fact.path, [fact])
    }
  }

  /** The recorded facts of one level. */
  pastOf(path: string): readonly Fact[] {
    return this.#past.get(path) ?? []
  }

  /** The facts of a part that the log held, and how it was started. */
  partIn(mark: PartMark): { readonly start: FactOf<'part.start'> | undefined; readonly facts: readonly Fact[] } {
    const start = this.#parts.get(mark.part)
    return { start, facts: start ? this.#before.filter((one) => isOfPart(one, mark)) : [] }
  }

  /** Whether the log has started the part at this path. */
  hasStarted(path: string): boolean {
    return this.#parts.has(path)
  }

  /** A part goes on in this process: `facts` are those that were copied since the log was read. */
  takeBack({ part }: PartMark, facts: readonly Fact[]): void {
    this.#parts.delete(part)
    this.remember(facts)
  }

  /** The share of the innermost part that a path is in. */
  shareOver(path: string): PartBudget | undefined {
    const inside = [...this.#parts.values()].filter((part) => isInPart(path, part))
    return inside.toSorted((a, b) => b.part.length - a.part.length)[0]?.budget
  }

  /** Begins to count for a run on one of the levels. `onTime` is called when its `ms` has passed. */
  openBudget(
    options: BudgetOptions,
    owner: string,
    outer: Budget | undefined,
    onTime: (spent: Exhausted) => void,
  ): Budget {
    const past = this.#before.filter(({ seq }) => seq >= 0) // others are counted when they are logged
    const budget = new Budget(options, { owner, clock: this.clock, outer, past, onTime })
    this.budgets.push(budget)
    return budget
  }

  closeBudget(budget: Budget): void {
    budget.close()
    this.budgets.splice(this.budgets.indexOf(budget), 1)
  }

  /** Gives a fact its place in the log and freezes it. Its `path` is set already. */
  stamp(fact: Mutable<Fact>): void {
    fact.seq = this.#seq++
    fact.at = this.clock.now()
    fact.run = this.id
    for (const budget of this.budgets) budget.add(fact)
    deepFreeze(fact)
    if (fact.path !== '') this.branches.take(fact)
    this.#followPart(fact)
  }

  #followPart(fact: Fact): void {
    if (fact.type === 'part.start') this.#parts.set(fact.part, fact)
    else if (fact.type === 'part.done' && fact.goesOn) this.#parts.delete(fact.part)
  }
}
