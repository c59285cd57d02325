// A folder of logs: `<run>.jsonl`, with a lock file while a log is owned, and a summary file when its run rests.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type FileLog, type FileLogOptions, JsonLines } from './file-log.ts'
import { readSummary, writeSummary } from './file-summary.ts'
import { holderOf, releaseLock, takeLock } from './lock.ts'
import { LogError, storageError } from './log-error.ts'
import { isGone, newOwner, releaseFor } from './owner.ts'
import { idOf, keyOf } from './run-key.ts'
import { RunOrder } from './run-order.ts'
import {
  damagedSummary,
  type Page,
  type Place,
  type RunQuery,
  type RunStore,
  type RunSummary,
  type StoredSummary,
} from './run-store.ts'

export interface FileStore extends RunStore {
  log(runId: string): FileLog
}

/** Stores each run in its own file. Opens nothing yet; the first fact makes the folder. */
export function fileStore(folder: string, options: FileLogOptions = {}): FileStore {
  return new Folder(folder, options)
}

const ending = '.jsonl'

class Folder implements FileStore {
  readonly #folder: string
  readonly #options: FileLogOptions
  readonly #order = new RunOrder({ places: () => this.#places(), summary: (key) => this.#summary(key) })

  constructor(folder: string, options: FileLogOptions) {
    this.#folder = resolve(folder)
    this.#options = options
  }

  log(runId: string): FileLog {
    const path = this.#path(keyOf(runId))
    return new JsonLines(path, this.#options, () => writeSummary(path))
  }

  /**
   * The first page reads the size and the summary of each run, and the first and the last line where a summary is out of
   * date. A later page reads its own runs only.
   */
  async list(query: RunQuery = {}): Promise<Page<RunSummary>> {
    return this.#order.page(query)
  }

  async summary(runId: string): Promise<RunSummary | undefined> {
    return this.#summary(keyOf(runId))
  }

  async delete(runId: string): Promise<boolean> {
    const path = this.#path(keyOf(runId))
    const lock = `${path}.lock`
    try {
      // A process that died while it deleted leaves its lock, or a log without its summary.
      if (!existsSync(path) && !existsSync(lock)) return false
      const owner = newOwner()
      takeLock(lock, owner)
      try {
        const isThere = existsSync(path)
        for (const file of [`${path}.summary`, path]) rmSync(file, { force: true })
        return isThere
      } finally {
        releaseFor(owner, () => releaseLock(lock, owner))
      }
    } catch (error) {
      throw storageError(`The log ${path} cannot be deleted`, error)
    }
  }

  #places(): Place[] {
    return this.#keys().flatMap((key) => {
      const stored = this.#stored(key)
      return stored ? [{ startedAt: stored.startedAt, key }] : []
    })
  }

  #summary(key: string): RunSummary | undefined {
    const id = idOf(key)
    const stored = this.#stored(key)
    return id === undefined ? undefined : stored && { id, ...stored }
  }

  /** A log that cannot be read must not hide the others: it is listed as damaged. */
  #stored(key: string): StoredSummary | undefined {
    const path = this.#path(key)
    try {
      const stored = readSummary(path)
      return stored?.status === 'running' && !isOwned(path) ? { ...stored, status: 'interrupted' } : stored
    } catch (error) {
      if (error instanceof LogError || isUnreadable(error)) return damagedSummary
      throw storageError(`The log ${path} cannot be read`, error)
    }
  }

  #path(key: string): string {
    return join(this.#folder, `${key}${ending}`)
  }

  #keys(): string[] {
    try {
      return readdirSync(this.#folder).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw storageError(`The store ${this.#folder} cannot be read`, error)
    }
  }
}

/** This process may not read the file, or it is a folder. Other errors, such as too many open files, are not about this log. */
const isUnreadable = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

function isOwned(path: string): boolean {
  const holder = holderOf(`${path}.lock`)
  return holder !== undefined && !isGone(holder)
}
