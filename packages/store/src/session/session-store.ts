// Sessions over a store of runs: the run `<session>/<turn>` is a turn. There is no other record of a session.
import { UsageError } from '@toolloop/wire'
import type { FileLogOptions } from '../log/file-log.ts'
import { fileStore } from '../log/file-store.ts'
import { memoryStore } from '../log/memory-store.ts'
import { keyOf } from '../log/run-key.ts'
import type { Page, RunQuery, RunStore } from '../log/run-store.ts'
import { sqliteStore, type SqliteStoreOptions } from '../log/sqlite-store.ts'
import { deleteSession } from './delete.ts'
import { listSessions } from './list.ts'
import { OpenSession } from './open-session.ts'
import type { Session, SessionStore, SessionSummary } from './session-types.ts'
import { runOf } from './turn-id.ts'

export interface SessionStoreOptions {
  /** How many sessions stay in memory after they were opened, so that the next turn does not read them again. @default 100 */
  readonly cache?: number | undefined
}

/**
 * Sessions whose runs are kept by `runs`, in memory, on disk, or by a store of yours. The runs of session `a` have the ids
 * `a/0`, `a/1`, …; use a store that keeps nothing else.
 */
export function sessionStore(runs: RunStore, options: SessionStoreOptions = {}): SessionStore {
  return new Sessions(runs, options)
}

/** Sessions in memory, for tests, and conversations that may be lost. */
export const memorySessions = (options: SessionStoreOptions = {}): SessionStore => sessionStore(memoryStore(), options)

/** Sessions in a folder: a file of JSON lines for each turn. Makes the folder at the first run. */
export const folderSessions = (
  folder: string,
  { cache, ...options }: FileLogOptions & SessionStoreOptions = {},
): SessionStore => sessionStore(fileStore(folder, options), { cache })

export interface SqliteSessions extends SessionStore {
  /** Closes the file. Runs that have not ended fail at their next fact. */
  close(): void
  [Symbol.dispose](): void
}

/** Sessions in a SQLite file. @throws LogError `log_storage`, `log_damaged` */
export function sqliteSessions(
  path: string,
  { cache, ...options }: SqliteStoreOptions & SessionStoreOptions = {},
): SqliteSessions {
  const runs = sqliteStore(path, options)
  const store = sessionStore(runs, { cache })
  return {
    open: (id) => store.open(id),
    list: (query) => store.list(query),
    delete: (id) => store.delete(id),
    close: () => runs.close(),
    [Symbol.dispose]: () => runs.close(),
  }
}

class Sessions implements SessionStore {
  readonly #runs: RunStore
  readonly #limit: number
  /** The sessions that were opened last; the latest is the last one. */
  readonly #opened = new Map<string, OpenSession>()

  constructor(runs: RunStore, { cache = 100 }: SessionStoreOptions) {
    if (!Number.isSafeInteger(cache) || cache < 0)
      throw new UsageError(`\`cache\` is ${String(cache)}; it must be a whole number of at least 0.`)
    this.#runs = runs
    this.#limit = cache
  }

  async open(id: string = crypto.randomUUID()): Promise<Session> {
    return this.#open(id)
  }

  async #open(id: string): Promise<OpenSession> {
    checkId(id)
    const session = this.#opened.get(id) ?? new OpenSession(id, this.#runs, (other) => this.#open(other))
    this.#opened.delete(id)
    this.#opened.set(id, session)
    this.#evict()
    return session.load()
  }

  list(query: RunQuery = {}): Promise<Page<SessionSummary>> {
    return listSessions(this.#runs, query)
  }

  async delete(id: string): Promise<boolean> {
    checkId(id)
    return deleteSession(this.#runs, id)
  }

  /** A session with a run in this process stays: others must wait for it in order. */
  #evict(): void {
    let excess = this.#opened.size - this.#limit
    for (const [id, session] of this.#opened) {
      if (excess-- <= 0) return
      if (!session.isLive) this.#opened.delete(id)
    }
  }
}

const longestEnding = keyOf(runOf('a', 999_999_999)).length - 1

/** @throws UsageError for an id that is empty or too long */
function checkId(id: string): void {
  keyOf(id, 'session', longestEnding)
}
