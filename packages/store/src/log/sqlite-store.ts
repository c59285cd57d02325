// Many runs in one SQLite file, with Node's built-in `node:sqlite`.
import type { RunLog } from '@toolloop/core'
import type { Sync } from './durability.ts'
import { newOwner } from './owner.ts'
import { idOf, keyOf } from './run-key.ts'
import {
  cursorOf,
  limitOf,
  matches,
  type Page,
  type Place,
  readCursor,
  type RunQuery,
  type RunStore,
  type RunSummary,
} from './run-store.ts'
import { Database, type RunRow } from './sqlite-database.ts'
import { SqliteLog } from './sqlite-log.ts'

export interface SqliteStoreOptions {
  /** When a log waits for the disk. Runs that wait at the same time share one sync. @default 'effects' */
  readonly sync?: Sync | undefined
  /** Milliseconds; a sync that takes longer fails the append. @default 30000 */
  readonly syncTimeout?: number | undefined
}

export interface SqliteStore extends RunStore {
  /** Closes the file. Runs that have not ended fail at their next fact. */
  close(): void
  [Symbol.dispose](): void
}

/**
 * Opens the SQLite file in WAL mode. A new file is readable by its owner only.
 * @throws LogError `log_storage`, `log_damaged`
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  return new Runs(new Database(path), options)
}

class Runs implements SqliteStore {
  readonly #database: Database
  readonly #options: SqliteStoreOptions

  constructor(database: Database, options: SqliteStoreOptions) {
    this.#database = database
    this.#options = options
  }

  log(runId: string): RunLog {
    const { sync = 'effects', syncTimeout = 30_000 } = this.#options
    return new SqliteLog(this.#database, keyOf(runId), { sync, syncTimeout })
  }

  /** Reads the rows of the page by an index; with a filter also the rows that do not match. */
  async list(query: RunQuery = {}): Promise<Page<RunSummary>> {
    const limit = limitOf(query)
    const after = query.after === undefined ? undefined : readCursor(query.after)
    const data: RunSummary[] = []
    let last: Place | undefined
    for (const row of this.#database.runs(after, query.agent, Math.min(limit + 1, 200))) {
      const summary = summaryOf(row)
      if (summary === undefined || !matches(summary, query)) continue
      if (data.length === limit && last) return { data, next: cursorOf(last) }
      data.push(summary)
      last = { startedAt: summary.startedAt, key: row.run }
    }
    return { data }
  }

  async summary(runId: string): Promise<RunSummary | undefined> {
    const row = this.#database.row(keyOf(runId))
    return row && summaryOf(row)
  }

  async delete(runId: string): Promise<boolean> {
    return this.#database.delete(keyOf(runId), newOwner())
  }

  close(): void {
    this.#database.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function summaryOf({ run, owned, status, ...row }: RunRow): RunSummary | undefined {
  const id = idOf(run)
  return id === undefined ? undefined : { id, ...row, status: status === 'running' && !owned ? 'interrupted' : status }
}
