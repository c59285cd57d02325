// What a tree of runs has used of its budget: a fold over all facts of its log.
import type { Fact } from '../facts/events.ts'

/** Tokens, and US dollars where there is a price. */
export interface Amount {
  readonly tokens: number
  readonly usd: number
}

/** Counts up from recorded facts, so that a resumed run goes on counting. */
export class Ledger {
  tokens = 0
  usd = 0
  /** By path: what an unfinished step has reserved. */
  readonly #reserved = new Map<string, Amount>()
  /** Calls that have started; of those, the ones without a result. */
  readonly #started = new Set<string>()
  readonly #executing = new Set<string>()
  readonly #asked = new Set<string>()
  readonly #streaming = new Set<string>()
  #ms = 0
  #isRunning = false
  #lastAt = 0

  get toolCalls(): number {
    return this.#started.size
  }

  /** Only people are left to act. */
  get isWaiting(): boolean {
    return !this.#isRunning || (this.#asked.size > 0 && this.#executing.size === 0 && this.#streaming.size === 0)
  }

  /** Milliseconds of running. */
  msAt(now: number): number {
    return this.isWaiting ? this.#ms : this.#ms + now - this.#lastAt
  }

  hasStarted(key: string): boolean {
    return this.#started.has(key)
  }

  /** The reservations of steps that are in the log and have not ended. */
  *reserved(): Iterable<[path: string, amount: Amount]> {
    yield* this.#reserved
  }

  add(fact: Fact): void {
    const isResume = fact.type === 'run.resume' && fact.path === ''
    if (!isResume) this.#ms = this.msAt(fact.at) // between a crash and its resume nothing ran
    this.#lastAt = fact.at
    switch (fact.type) {
      case 'run.start':
      case 'run.resume':
        this.#isRunning = true
        if (fact.path === '') this.#restart()
        break
      case 'run.pause':
      case 'run.done':
        if (fact.path === '') this.#isRunning = false
        break
      case 'step.start':
        this.#streaming.add(fact.path)
        // A step that the log begins twice lost its process: what it used is unknown, so all it reserved counts.
        this.#charge(this.#reserved.get(fact.path))
        if (fact.reserved) this.#reserved.set(fact.path, { usd: 0, ...fact.reserved })
        else this.#reserved.delete(fact.path)
        break
      case 'step.done':
      case 'step.cut': {
        const { spent, usage, cost } = fact
        const used = spent ?? (usage && { tokens: usage.total_tokens, usd: cost ?? 0 })
        this.#charge(used ? { usd: 0, ...used } : this.#reserved.get(fact.path))
        this.#reserved.delete(fact.path)
        this.#streaming.delete(fact.path)
        break
      }
      case 'tool.start':
        this.#started.add(keyOf(fact))
        this.#executing.add(keyOf(fact))
        break
      case 'approval.request':
        this.#executing.delete(keyOf(fact))
        this.#asked.add(keyOf(fact))
        break
      case 'approval.decision':
        this.#asked.delete(keyOf(fact))
        break
      case 'tool.done':
        this.#asked.delete(keyOf(fact))
        this.#executing.delete(keyOf(fact))
        break
      default:
    }
  }

  #charge(amount: Amount | undefined): void {
    this.tokens += amount?.tokens ?? 0
    this.usd += amount?.usd ?? 0
  }

  /** What ran in another process runs no more. */
  #restart(): void {
    this.#executing.clear()
    this.#streaming.clear()
  }
}

/** The same for a call in all processes. */
export const keyOf = ({ path, step, callId }: { path: string; step: number; callId: string }): string =>
  `${path}/${step}/${callId}`
