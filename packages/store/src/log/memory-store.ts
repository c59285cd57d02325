// The logs of many runs in memory, with the rules of the durable stores: one owner at a time, released when the run rests.
import type { Fact, RunLog } from '@toolloop/core'
import { deepFreeze } from '@toolloop/wire'
import { checkOrder, isRest } from './durability.ts'
import { LogError } from './log-error.ts'
import { type LogOwner, nameOf, newOwner } from './owner.ts'
import { idOf, keyOf } from './run-key.ts'
import { RunOrder } from './run-order.ts'
import { type Page, type RunQuery, type RunStore, type RunSummary, summaryOf } from './run-store.ts'

/** Stores runs in memory, for tests and for runs that may be lost. */
export function memoryStore(): RunStore {
  return new Memory()
}

interface Entry {
  readonly facts: Fact[]
  owner: LogOwner | undefined
}

class Memory implements RunStore {
  readonly #runs = new Map<string, Entry>()
  readonly #order = new RunOrder({
    places: () => Array.from(this.#runs, ([id, { facts }]) => ({ startedAt: facts[0]!.at, key: keyOf(id) })),
    summary: (key) => this.#summary(idOf(key)!),
  })

  log(runId: string): RunLog {
    return new MemoryLog(this.#runs, runId, keyOf(runId))
  }

  async list(query: RunQuery = {}): Promise<Page<RunSummary>> {
    return this.#order.page(query)
  }

  async summary(runId: string): Promise<RunSummary | undefined> {
    keyOf(runId)
    return this.#summary(runId)
  }

  async delete(runId: string): Promise<boolean> {
    keyOf(runId)
    const entry = this.#runs.get(runId)
    if (entry?.owner) throw owned(runId, entry.owner)
    return this.#runs.delete(runId)
  }

  #summary(id: string): RunSummary | undefined {
    const entry = this.#runs.get(id)
    return entry && summarise(id, entry)
  }
}

function summarise(id: string, { facts, owner }: Entry): RunSummary {
  const stored = summaryOf(facts[0]!, facts.at(-1)!)
  return { id, ...stored, status: stored.status === 'running' && !owner ? 'interrupted' : stored.status }
}

class MemoryLog implements RunLog {
  readonly #runs: Map<string, Entry>
  readonly #id: string
  readonly #key: string
  #owner: LogOwner | undefined

  constructor(runs: Map<string, Entry>, id: string, key: string) {
    this.#runs = runs
    this.#id = id
    this.#key = key
  }

  load(): readonly Fact[] {
    return [...(this.#runs.get(this.#id)?.facts ?? [])]
  }

  append(facts: readonly Fact[]): void {
    if (facts.length === 0) return
    const entry = this.#runs.get(this.#id) ?? { facts: [], owner: undefined }
    if (entry.owner && entry.owner !== this.#owner) throw owned(this.#id, entry.owner)
    try {
      checkOrder(`The run ${this.#key}`, facts, entry.facts.length)
      // Plain JSON, as a file keeps them; all or none.
      entry.facts.push(...facts.map((fact) => deepFreeze(JSON.parse(JSON.stringify(fact)) as Fact)))
    } catch (error) {
      if (entry.owner === this.#owner) entry.owner = undefined
      throw error
    }
    this.#owner = facts.some(isRest) ? undefined : (this.#owner ?? newOwner())
    entry.owner = this.#owner
    this.#runs.set(this.#id, entry)
  }
}

const owned = (id: string, owner: LogOwner): LogError =>
  new LogError('log_owned', `The run ${id} is owned by ${nameOf(owner)}. Wait for its run to end.`, { owner })
