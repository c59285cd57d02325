import type { Fact, RunLog } from '@toolloop/core'
import { deepFreeze } from '@toolloop/wire'
import { checkOrder, isRest, mustSync, type Sync, within } from './durability.ts'
import { LogError } from './log-error.ts'
import { type LogOwner, newOwner } from './owner.ts'
import type { Database } from './sqlite-database.ts'

/** One run of a SQLite store. It is owned from the first append until the run ends or waits for a decision. */
export class SqliteLog implements RunLog {
  readonly #database: Database
  readonly #run: string
  readonly #sync: Sync
  readonly #syncTimeout: number
  #owner: LogOwner | undefined
  #next = 0

  constructor(database: Database, run: string, { sync, syncTimeout }: { sync: Sync; syncTimeout: number }) {
    this.#database = database
    this.#run = run
    this.#sync = sync
    this.#syncTimeout = syncTimeout
  }

  load(): readonly Fact[] {
    return this.#database.load(this.#run).map((text, at) => this.#read(text, at))
  }

  append(facts: readonly Fact[]): void | Promise<void> {
    if (facts.length === 0) return
    const owner = this.#owner
    try {
      if (owner === undefined) this.#take(facts)
      else {
        checkOrder(this.#name, facts, this.#next)
        this.#database.write(this.#run, facts)
      }
    } catch (error) {
      this.#release()
      throw error
    }
    this.#next = facts[0]!.seq + facts.length
    if (facts.some(isRest)) this.#owner = undefined
    if (mustSync(this.#sync, facts)) return this.#durable()
  }

  #take(facts: readonly Fact[]): void {
    checkOrder(this.#name, facts, facts[0]!.seq)
    const owner = newOwner()
    this.#database.take(this.#run, owner, facts)
    this.#owner = owner
  }

  async #durable(): Promise<void> {
    try {
      await within(this.#syncTimeout, this.#name, this.#database.shared.flush())
    } catch (error) {
      this.#release()
      throw this.#database.failure(error)
    }
  }

  /** Stops writing after a failure; another run can be resumed from the stored facts. */
  #release(): void {
    const owner = this.#owner
    this.#owner = undefined
    if (owner) this.#database.release(this.#run, owner)
  }

  get #name(): string {
    return `The run ${this.#run} of ${this.#database.path}`
  }

  #read(text: string, at: number): Fact {
    try {
      const fact = deepFreeze(JSON.parse(text) as Fact)
      if (fact?.seq === at) return fact
    } catch {
      // The error is thrown below.
    }
    throw new LogError('log_damaged', `${this.#name} is damaged: fact ${at} is missing or cannot be read.`)
  }
}
