// A connection to the SQLite file of a store.
import { closeSync, fdatasync, fstatSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import type { Fact } from '@toolloop/core'
import { UsageError } from '@toolloop/wire'
import { checkOrder, isRest } from './durability.ts'
import { makeFolder, syncFolder } from './folder.ts'
import { LogError, storageError } from './log-error.ts'
import { isGone, type LogOwner, nameOf, readOwner, releaseFor } from './owner.ts'
import { type Place, type RunStatus, statusAfter, summaryOf } from './run-store.ts'
import { SharedSync } from './shared-sync.ts'
import { prepare, schema, type Statements, version } from './sqlite-tables.ts'

export interface RunRow {
  readonly run: string
  readonly agent: string
  readonly status: RunStatus
  readonly startedAt: number
  readonly updatedAt: number
  readonly facts: number
  /** Owned by a process that has not ended. */
  readonly owned: boolean
}

export class Database {
  readonly path: string
  /** Shared by all runs of this process. */
  readonly shared: SharedSync
  readonly #database: DatabaseSync
  readonly #statements: Statements
  /** The file that was opened: its inode. */
  readonly #file: number
  #wal: number | undefined

  constructor(path: string) {
    this.path = resolve(path)
    this.shared = new SharedSync(() => this.#sync())
    try {
      this.#database = open(this.path)
      this.#file = statSync(this.path).ino
    } catch (error) {
      throw this.failure(error)
    }
    this.#statements = prepare(this.#database)
  }

  load(run: string): string[] {
    return this.#do(() => this.#statements.load.all(run).map(({ fact }) => fact as string))
  }

  /** Makes `owner` the owner of the run and writes its first facts, in one transaction. */
  take(run: string, owner: LogOwner, facts: readonly Fact[]): void {
    this.#transaction(() => {
      const row = this.#statements.owner.get(run)
      checkOwner(run, row?.['owner'], owner)
      checkOrder(`The run ${run} of ${this.path}`, facts, this.#next(run))
      const first = facts[0] as Fact
      if (row === undefined) {
        const { agent, startedAt } = summaryOf(first, first)
        this.#statements.start.run(run, agent, startedAt)
      }
      this.#statements.own.run(JSON.stringify(owner), run)
      this.#insert(run, facts)
    })
  }

  /** Writes more facts of a run that is owned already. */
  write(run: string, facts: readonly Fact[]): void {
    const [only] = facts
    if (facts.length === 1 && only && !isRest(only)) this.#do(() => this.#insert(run, facts))
    else this.#transaction(() => this.#insert(run, facts))
  }

  /** Releases a run that did not end. Does not throw. */
  release(run: string, owner: LogOwner): void {
    const release = (): void => {
      this.#database.exec(`PRAGMA busy_timeout = ${releasePatience}`)
      try {
        this.#statements.release.run(run, JSON.stringify(owner))
      } finally {
        this.#database.exec(`PRAGMA busy_timeout = ${patience}`)
      }
    }
    releaseFor(owner, release, () => !this.#database.isOpen)
  }

  /** The runs behind a place, read `size` at a time. */
  *runs(after: Place | undefined, agent: string | undefined, size: number): Generator<RunRow, void, undefined> {
    for (let from = after ?? { startedAt: Number.MAX_SAFE_INTEGER, key: '' }; ;) {
      const { startedAt, key } = from
      const rows = this.#do(() => this.#statements.list.all(startedAt, key, agent ?? null, size))
      for (const row of rows) yield rowOf(row)
      const last = rows.at(-1)
      if (rows.length < size || last === undefined) return
      from = { startedAt: Number(last['started_at']), key: String(last['run']) }
    }
  }

  row(run: string): RunRow | undefined {
    const row = this.#do(() => this.#statements.one.get(run))
    return row && rowOf(row)
  }

  delete(run: string, owner: LogOwner): boolean {
    return this.#transaction(() => {
      const row = this.#statements.owner.get(run)
      if (row === undefined) return false
      checkOwner(run, row['owner'], owner)
      this.#statements.forget.run(run)
      this.#statements.forgetFacts.run(run)
      return true
    })
  }

  close(): void {
    if (!this.#database.isOpen) return
    if (this.#wal !== undefined) closeSync(this.#wal)
    this.#wal = undefined
    this.#database.close()
  }

  /** Converts an error of SQLite to a `LogError`. */
  failure(error: unknown): LogError {
    const { errcode } = error as { readonly errcode?: number }
    if (errcode !== undefined && damage.has(errcode & 0xff))
      return new LogError('log_damaged', `The store ${this.path} is damaged: ${(error as Error).message}.`, {
        cause: error,
      })
    if (errcode !== undefined && (errcode & 0xff) === constraint)
      return new LogError('log_conflict', `Another writer has written to a run of ${this.path}: load it again.`, {
        cause: error,
      })
    return storageError(`The store ${this.path} cannot be used`, error)
  }

  #insert(run: string, facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.#statements.insert.run(run, fact.seq, fact.at, JSON.stringify(fact))
      if (isRest(fact)) this.#statements.rest.run(statusAfter(fact), run)
    }
  }

  #next(run: string): number {
    return Number(this.#statements.next.get(run)?.['next'] ?? 0)
  }

  #transaction<T>(run: () => T): T {
    return this.#do(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const value = run()
        this.#database.exec('COMMIT')
        return value
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  #do<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw this.failure(error)
    }
  }

  /**
   * Commits write to the WAL without waiting for the disk. A sync of that file makes the commits of all processes durable.
   * (SQLite's locks are on other files, so opening and closing this one releases none.)
   */
  async #sync(): Promise<void> {
    if (this.#wal === undefined) {
      this.#wal = openSync(`${this.path}-wal`, 'r')
      await syncFolder(dirname(this.path))
    }
    await promisify(fdatasync)(this.#wal)
    this.#checkFiles(this.#wal)
  }

  /** Nothing else notices that the files were deleted or replaced: writes to open files go on. */
  #checkFiles(wal: number): void {
    if (statSync(this.path, { throwIfNoEntry: false })?.ino === this.#file && fstatSync(wal).nlink > 0) return
    throw new LogError(
      'log_storage',
      `The store ${this.path} was deleted or replaced while it was open: close it, and open it again.`,
    )
  }
}

// Primary result codes of SQLite (sqlite.org/rescode.html).
const busy = 5
const constraint = 19
/** CORRUPT and NOTADB. */
const damage: ReadonlySet<number> = new Set([11, 26])

/** Milliseconds that a statement, and opening the file, wait for other processes. */
const patience = 5000
/** The same for a release, which is attempted again and must not block the thread for long. */
const releasePatience = 50

function open(path: string): DatabaseSync {
  // Loaded on demand: not every runtime has it, and Node.js 22 prints an ExperimentalWarning.
  const sqlite = process.getBuiltinModule('node:sqlite')
  if (sqlite === undefined)
    throw new UsageError('sqliteStore needs `node:sqlite` of Node.js 22.13 or newer; fileStore works everywhere.')
  makeFolder(path)
  create(path)
  for (const end = performance.now() + patience; ;) {
    const database = new sqlite.DatabaseSync(path, { timeout: patience })
    try {
      prepareFile(database, path)
      return database
    } catch (error) {
      database.close()
      if (!isBusy(error) || performance.now() > end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 10)
    }
  }
}

/**
 * SQLite fails with BUSY without waiting when two processes switch a new file to WAL at once, and while the last
 * connection of another process closes (sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode").
 */
const isBusy = (error: unknown): boolean => (((error as { readonly errcode?: number }).errcode ?? 0) & 0xff) === busy

/**
 * Creates the file if there is none; SQLite gives its other files the mode of this one. An existing file is not opened:
 * closing it would release the locks of every connection that this process has to it (sqlite.org/howtocorrupt.html, 2.2).
 */
function create(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function prepareFile(database: DatabaseSync, path: string): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec('BEGIN IMMEDIATE')
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (found > version)
    throw new LogError('log_storage', `The store ${path} has format ${found}; this version reads format ${version}.`)
  if (found === 0) database.exec(schema)
  database.exec('COMMIT')
}

function checkOwner(run: string, stored: unknown, own: LogOwner): void {
  const owner = typeof stored === 'string' ? readOwner(stored) : undefined
  if (owner === undefined || owner.id === own.id || isGone(owner)) return
  throw new LogError('log_owned', `The run ${run} is owned by ${nameOf(owner)}. Wait for its run to end.`, { owner })
}

function rowOf(row: Readonly<Record<string, unknown>>): RunRow {
  const owner = typeof row['owner'] === 'string' ? readOwner(row['owner']) : undefined
  return {
    run: String(row['run']),
    agent: String(row['agent']),
    status: row['status'] as RunStatus,
    startedAt: Number(row['started_at']),
    updatedAt: Number(row['updated_at']),
    facts: Number(row['facts']),
    owned: owner !== undefined && !isGone(owner),
  }
}
