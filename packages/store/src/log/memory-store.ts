// The logs of many runs in memory, with the rules of the durable stores: one owner at a time, released when the run rests.
import type { Fact, RunLog } from '@toolloop/core'
import { deepFreeze } from '@toolloop/wire'
import { checkOrder, isRest } from './durability.ts'
import { LogError } from './log-error.ts'
import { type LogOwner, nameOf, newOwner } from './owner.ts'
import { keyOf } from './run-key.ts'
import {
  compare,
  cursorOf,
  limitOf,
  type Page,
  readCursor,
  type RunQuery,
  type RunStore,
  type RunSummary,
  summaryOf,
} from './run-store.ts'

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

  log(runId: string): RunLog {
    return new MemoryLog(this.#runs, runId, keyOf(runId))
  }

  async list(query: RunQuery = {}): Promise<Page<RunSummary>> {
    const limit = limitOf(query)
    const after = query.after === undefined ? undefined : readCursor(query.after)
    const found = [...this.#runs].flatMap(([id, entry]) => {
      const summary = summarise(id, entry)
      const place = { startedAt: summary.startedAt, key: keyOf(id) }
      if (after && compare(after, place) >= 0) return []
      if (query.agent !== undefined && query.agent !== summary.agent) return []
      return query.status === undefined || query.status === summary.status ? [{ place, summary }] : []
    })
    const page = found.toSorted((a, b) => compare(a.place, b.place)).slice(0, limit)
    const data = page.map(({ summary }) => summary)
    const last = page.at(-1)
    return found.length > limit && last ? { data, next: cursorOf(last.place) } : { data }
  }

  async summary(runId: string): Promise<RunSummary | undefined> {
    keyOf(runId)
    const entry = this.#runs.get(runId)
    return entry && summarise(runId, entry)
  }

  async delete(runId: string): Promise<boolean> {
    keyOf(runId)
    const entry = this.#runs.get(runId)
    if (entry?.owner) throw owned(runId, entry.owner)
    return this.#runs.delete(runId)
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
