// A log in a file: JSON lines, append-only, one owner at a time.
import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Fact, RunLog } from '@toolloop/core'
import { checkOrder, isRest, mustSync, type Sync, within } from './durability.ts'
import { makeFolder, syncFolder } from './folder.ts'
import { isTorn, readLines, writeLines } from './json-lines.ts'
import { releaseLock, takeLock } from './lock.ts'
import { LogError, storageError } from './log-error.ts'
import { type LogOwner, newOwner } from './owner.ts'
import { SharedSync } from './shared-sync.ts'

export interface FileLogOptions {
  /** When the log waits for the disk. @default 'effects' */
  readonly sync?: Sync | undefined
  /** Milliseconds; a sync that takes longer fails the append. @default 30000 */
  readonly syncTimeout?: number | undefined
  /** Called when the rest of a line that a dead writer left is cut off, before the next fact is written. */
  readonly onTorn?: ((torn: TornLine) => void) | undefined
}

/** What a writer left that died in the middle of a line. It was never acknowledged. */
export interface TornLine {
  readonly path: string
  /** Bytes of the complete lines before it. */
  readonly offset: number
  readonly bytes: number
}

/**
 * A log in a file, one line of JSON for each fact. It belongs to one run at a time, over processes: from the first
 * append until the run ends or waits for a decision. `load` needs no ownership, so that a live run can be looked at.
 */
export interface FileLog extends RunLog {
  readonly path: string
  /** The torn line that the last `load` met and left out; the next `append` cuts it off. */
  readonly torn: TornLine | undefined
  /** Gives the log back where no run did, such as behind a run that broke. Resolves when the file is closed. */
  close(): Promise<void>
}

/** Opens nothing yet: the file, and folders that are missing, are made by the first `append`, readable by their owner only. */
export function fileLog(path: string, options: FileLogOptions = {}): FileLog {
  return new JsonLines(path, options)
}

/** The log behind `fileLog`; `onRest` is called when nothing runs on it any more. */
export class JsonLines implements FileLog {
  readonly path: string
  torn: TornLine | undefined
  readonly #sync: Sync
  readonly #syncTimeout: number
  readonly #onTorn: FileLogOptions['onTorn']
  readonly #onRest: (() => void) | undefined
  /** What was read or written so far: complete lines only. */
  #known: { next: number; size: number } | undefined
  #open: OpenFile | undefined

  constructor(path: string, { sync = 'effects', syncTimeout = 30_000, onTorn }: FileLogOptions, onRest?: () => void) {
    this.path = resolve(path)
    this.#sync = sync
    this.#syncTimeout = syncTimeout
    this.#onTorn = onTorn
    this.#onRest = onRest
  }

  load(): readonly Fact[] {
    const data = read(this.path)
    const { facts, size, torn } = readLines(this.path, data)
    this.torn = torn > 0 ? { path: this.path, offset: size, bytes: torn } : undefined
    if (this.#open === undefined) this.#known = { next: facts.length, size }
    return facts
  }

  /** What is written stands in the page cache when this returns; a promise stands for the disk. */
  append(facts: readonly Fact[]): void | Promise<void> {
    if (facts.length === 0) return
    const opening = this.#open === undefined
    const file = (this.#open ??= this.#take())
    if (file.failure) throw file.failure
    try {
      this.#write(file, facts)
    } catch (error) {
      throw this.#fail(file, error)
    }
    const rests = facts.some(isRest)
    const syncs: Promise<void>[] = []
    if (opening && this.#sync !== 'none' && this.#known!.next === facts.length)
      syncs.push(...file.folders.map(syncFolder))
    if (mustSync(this.#sync, facts)) syncs.push(file.shared.flush())
    if (syncs.length > 0) return this.#durable(file, syncs, rests)
    if (rests) this.#rest(file)
  }

  async close(): Promise<void> {
    const file = this.#open
    if (file === undefined) return
    await file.shared.idle()
    this.#rest(file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Makes the log this process's, and the file end with a complete line. */
  #take(): OpenFile {
    const owner = newOwner()
    const lock = `${this.path}.lock`
    let fd: number | undefined
    let owned = false
    try {
      const folders = makeFolder(this.path)
      takeLock(lock, owner)
      owned = true
      fd = openSync(this.path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600)
      this.#known = this.#checkEnd(fd)
      return new OpenFile(fd, lock, owner, folders)
    } catch (error) {
      if (fd !== undefined) closeSync(fd)
      if (owned) releaseLock(lock, owner)
      this.#known = undefined
      throw storageError(`The log ${this.path} cannot be written`, error)
    }
  }

  /** The file as it was loaded, but for a torn line, which is cut off; a log that was never loaded is read. */
  #checkEnd(fd: number): { next: number; size: number } {
    const { size: end } = fstatSync(fd)
    let known = this.#known
    if (known === undefined) {
      const { facts, size } = readLines(this.path, readFrom(fd, 0, end))
      known = { next: facts.length, size }
    } else if (end < known.size || !isTorn(readFrom(fd, known.size, end))) {
      throw new LogError('log_conflict', `The log ${this.path} has changed since it was loaded: load it again.`)
    }
    if (end > known.size) {
      ftruncateSync(fd, known.size)
      this.torn = undefined
      this.#onTorn?.({ path: this.path, offset: known.size, bytes: end - known.size })
    }
    return known
  }

  #write({ fd }: OpenFile, facts: readonly Fact[]): void {
    const known = this.#known!
    checkOrder(`The log ${this.path}`, facts, known.next)
    const lines = writeLines(facts)
    if (mustSync(this.#sync, facts) && fstatSync(fd).size !== known.size)
      throw new LogError(
        'log_conflict',
        `The log ${this.path} was changed by another writer while this process owned it.`,
      )
    for (let written = 0; written < lines.length;) written += writeSync(fd, lines, written)
    known.next += facts.length
    known.size += lines.length
  }

  async #durable(file: OpenFile, syncs: readonly Promise<void>[], rests: boolean): Promise<void> {
    const all = Promise.all(syncs).then(() => {})
    try {
      await within(this.#syncTimeout, `The log ${this.path}`, all)
    } catch (error) {
      throw this.#fail(file, error)
    }
    if (rests) this.#rest(file)
  }

  /** Nothing more is written behind a failure: what the file holds is whole, and another run may go on from it. */
  #fail(file: OpenFile, cause: unknown): LogError {
    if (file.failure) return file.failure
    const error = storageError(`The log ${this.path} cannot be written`, cause)
    file.failure = error
    try {
      if (error.code === 'log_storage') ftruncateSync(file.fd, this.#known!.size)
    } catch {
      // The part of a line that stays is torn, and is cut off by the next owner.
    }
    // A sync that hangs may still come to its end: until then nobody else may write.
    if (file.shared.isIdle) this.#rest(file)
    else void file.shared.idle().then(() => this.#rest(file))
    return error
  }

  /** Once for each time the log was owned. A lock that cannot be given back is taken over when this process has ended. */
  #rest(file: OpenFile): void {
    if (this.#open !== file) return
    this.#open = undefined
    if (file.failure?.code === 'log_storage') this.#known = undefined
    for (const step of [() => closeSync(file.fd), this.#onRest, () => releaseLock(file.lock, file.owner)]) {
      try {
        step?.()
      } catch {
        // All facts are safe: the run must not fail by this.
      }
    }
  }
}

/** The file while this process owns it. */
class OpenFile {
  readonly fd: number
  readonly lock: string
  readonly owner: LogOwner
  /** Folders whose entries are new. */
  readonly folders: readonly string[]
  readonly shared: SharedSync
  failure: LogError | undefined

  constructor(fd: number, lock: string, owner: LogOwner, folders: readonly string[]) {
    this.fd = fd
    this.lock = lock
    this.owner = owner
    this.folders = folders
    this.shared = new SharedSync(() => sync(fd))
  }
}

const sync = promisify(fdatasync)

function read(path: string): Buffer {
  try {
    const fd = openSync(path, 'r')
    try {
      return readFrom(fd, 0, fstatSync(fd).size)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw storageError(`The log ${path} cannot be read`, error)
  }
}

function readFrom(fd: number, from: number, to: number): Buffer {
  const data = Buffer.alloc(to - from)
  let length = 0
  while (length < data.length) {
    const count = readSync(fd, data, length, data.length - length, from + length)
    if (count === 0) break
    length += count
  }
  return data.subarray(0, length)
}
