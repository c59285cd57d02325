// A folder of logs: `<run>.jsonl`, with a lock file while a log is owned, and a summary file when its run rests.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type FileLog, type FileLogOptions, JsonLines } from './file-log.ts'
import { readSummary, writeSummary } from './file-summary.ts'
import { holderOf, releaseLock, takeLock } from './lock.ts'
import { LogError, storageError } from './log-error.ts'
import { isGone, newOwner } from './owner.ts'
import { idOf, keyOf } from './run-key.ts'
import {
  compare,
  cursorOf,
  damagedSummary,
  limitOf,
  type Page,
  type Place,
  readCursor,
  type RunQuery,
  type RunStore,
  type RunSummary,
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

  constructor(folder: string, options: FileLogOptions) {
    this.#folder = resolve(folder)
    this.#options = options
  }

  log(runId: string): FileLog {
    const path = this.#path(keyOf(runId))
    return new JsonLines(path, this.#options, () => writeSummary(path))
  }

  /** Reads the size and the summary of each run; where the summary is out of date, the first and the last line. */
  async list(query: RunQuery = {}): Promise<Page<RunSummary>> {
    const limit = limitOf(query)
    const after = query.after === undefined ? undefined : readCursor(query.after)
    const found: { place: Place; summary: RunSummary }[] = []
    for (const key of this.#keys()) {
      const summary = this.#summary(key)
      if (summary === undefined) continue
      const place = { startedAt: summary.startedAt, key }
      if (after && compare(after, place) >= 0) continue
      if (query.agent !== undefined && query.agent !== summary.agent) continue
      if (query.status === undefined || query.status === summary.status) found.push({ place, summary })
    }
    const page = found.toSorted((a, b) => compare(a.place, b.place)).slice(0, limit)
    const data = page.map(({ summary }) => summary)
    const last = page.at(-1)
    return found.length > limit && last ? { data, next: cursorOf(last.place) } : { data }
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
        releaseLock(lock, owner)
      }
    } catch (error) {
      throw storageError(`The log ${path} cannot be deleted`, error)
    }
  }

  #summary(key: string): RunSummary | undefined {
    const path = this.#path(key)
    const id = idOf(key)
    if (id === undefined) return undefined
    try {
      const stored = readSummary(path)
      if (stored === undefined) return undefined
      const status = stored.status === 'running' && !isOwned(path) ? 'interrupted' : stored.status
      return { id, ...stored, status }
    } catch (error) {
      if (error instanceof LogError) return { id, ...damagedSummary }
      throw storageError(`The store ${this.#folder} cannot be read`, error)
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

function isOwned(path: string): boolean {
  const holder = holderOf(`${path}.lock`)
  return holder !== undefined && !isGone(holder)
}
