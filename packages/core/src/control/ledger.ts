// What a run and the runs inside it have used of a budget: a fold over their facts.
import type { Fact, FactOf } from '../facts/events.ts'
import { isInPart, isOfPart } from '../facts/part-facts.ts'
import { noShares, type Shares, withShare } from './share.ts'

/** Tokens, and US dollars where there is a price. */
export interface Amount {
  readonly tokens: number
  readonly usd: number
}

/** What a step has reserved. `prompt`: the tokens of its prompt. */
export interface Reserved extends Amount {
  readonly prompt: number
}

/** A share of the budget that a part holds, and what it has used of it. */
interface Share {
  readonly start: FactOf<'part.start'>
  readonly used: Ledger
}

/** Counts up from recorded facts, so that a resumed run goes on counting. */
export class Ledger {
  readonly #owner: string
  tokens = 0
  usd = 0
  /** By path: what an unfinished step has reserved. */
  readonly #reserved = new Map<string, Reserved>()
  readonly #started = new Set<string>()
  /** The tokens of the prompt of the owner's last step. */
  prompt = 0
  /** By path: the tokens of the last answers inside the run, which its next step may have to read. */
  readonly #answers = new Map<string, number>()

  /** By path: the parts that have not ended. */
  readonly #shares = new Map<string, Share>()

  /** `owner`: the path of the run whose budget it is. */
  constructor(owner: string) {
    this.#owner = owner
  }

  get toolCalls(): number {
    return this.#started.size
  }

  hasStarted(key: string): boolean {
    return this.#started.has(key)
  }

  /** The reservations of steps that are in the log and have not ended. */
  *reserved(): Iterable<[path: string, reserved: Reserved]> {
    yield* this.#reserved
  }

  reservedBy(path: string): Reserved | undefined {
    return this.#reserved.get(path)
  }

  /**
   * What parts may still use: of their shares, what no step has used. Reservations of their steps are within it. `skipped`:
   * parts that do not count.
   */
  sharesBut(skipped: ReadonlySet<string> | undefined): Shares {
    let sum = noShares
    for (const [part, { start, used }] of this.#shares)
      if (!skipped?.has(part)) sum = withShare(sum, start.budget, used)
    return sum
  }

  hasShare(part: string): boolean {
    return this.#shares.has(part)
  }

  /** Whether a run is in a part that has a share. */
  isShared(path: string): boolean {
    for (const { start } of this.#shares.values()) if (isInPart(path, start)) return true
    return false
  }

  /** Tokens of answers that the owner has not read. */
  get unread(): number {
    let sum = 0
    for (const tokens of this.#answers.values()) sum += tokens
    return sum
  }

  add(fact: Fact): void {
    for (const { start, used } of this.#shares.values()) if (isOfPart(fact, start)) used.add(fact)
    switch (fact.type) {
      case 'part.start':
        this.#shares.set(fact.part, { start: fact, used: new Ledger(fact.part) })
        break
      case 'part.done':
        this.#shares.delete(fact.part)
        break
      case 'step.start': {
        const { path, reserved } = fact
        // A step that the log begins twice lost its process: what it used is unknown, so all it reserved counts.
        this.#charge(this.#reserved.get(path))
        if (reserved) this.#reserved.set(path, { usd: 0, prompt: 0, ...reserved })
        else this.#reserved.delete(path)
        if (path !== this.#owner) break
        this.prompt = reserved?.prompt ?? 0
        this.#answers.clear()
        break
      }
      case 'step.done':
      case 'step.cut': {
        const { path, spent, usage, cost } = fact
        const reserved = this.#reserved.get(path)
        const used = spent ?? (usage && { tokens: usage.total_tokens, usd: cost ?? 0 })
        this.#charge(used ? { usd: 0, ...used } : reserved)
        this.#reserved.delete(path)
        if (used && path !== this.#owner)
          this.#answers.set(path, Math.max(0, used.tokens - (usage?.prompt_tokens ?? reserved?.prompt ?? 0)))
        break
      }
      case 'run.done':
        this.#charge(fact.spent ? { usd: 0, ...fact.spent } : this.#reserved.get(fact.path))
        this.#reserved.delete(fact.path)
        break
      case 'messages.compact':
        this.#charge(fact.spent && { usd: 0, ...fact.spent })
        break
      case 'tool.start':
      case 'tool.start.dynamic':
        this.#started.add(keyOf(fact))
        break
      default:
    }
  }

  #charge(amount: Amount | undefined): void {
    this.tokens += amount?.tokens ?? 0
    this.usd += amount?.usd ?? 0
  }
}

/** The same for a call in all processes. */
export const keyOf = ({ path, step, callId }: { path: string; step: number; callId: string }): string =>
  `${path}/${step}/${callId}`
