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
import { type LogOwner, newOwner, releaseFor } from './owner.ts'
import { SharedSync } from './shared-sync.ts'

export interface FileLogOptions {
  /** When the log waits for the disk. @default 'effects' */
  readonly sync?: Sync | undefined
  /** Milliseconds; a sync that takes longer fails the append. @default 30000 */
  readonly syncTimeout?: number | undefined
  /** Called when the torn line of a dead writer is cut off, before the next fact is written. */
  readonly onTorn?: ((torn: TornLine) => void) | undefined
}

/** An incomplete last line: its writer died while writing it. It was never acknowledged. */
export interface TornLine {
  readonly path: string
  /** Bytes of the complete lines before it. */
  readonly offset: number
  readonly bytes: number
}

/**
 * A log in a file, one line of JSON for each fact. It belongs to one run at a time, across processes: from the first
 * append until the run ends or waits for a decision. `load` needs no ownership, so that a running run can be read.
 */
export interface FileLog extends RunLog {
  readonly path: string
  /** The torn line that the last `load` found and skipped; the next `append` cuts it off. */
  readonly torn: TornLine | undefined
  /** Releases the log where no run did, such as after a run that failed. Resolves when the file is closed. */
  close(): Promise<void>
}

/** Opens nothing yet. The first `append` makes the file and missing folders, readable by their owner only. */
export function fileLog(path: string, options: FileLogOptions = {}): FileLog {
  return new JsonLines(path, options)
}

/** The log behind `fileLog`. `onRest` is called when its run has ended or pauses. */
export class JsonLines implements FileLog {
  readonly path: string
  torn: TornLine | undefined
  readonly #sync: Sync
  readonly #syncTimeout: number
  readonly #onTorn: FileLogOptions['onTorn']
  readonly #onRest: (() => void) | undefined
  /** The complete lines that were read or written: the number of the next fact, and bytes. */
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

  /** The facts are in the page cache when this returns. A returned promise resolves when they are on the disk. */
  append(facts: readonly Fact[]): void | Promise<void> {
    if (facts.length === 0) return
    const opening = this.#open === undefined
    const file = (this.#open ??= this.#take(facts[0]!.seq === 0))
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

  /** Takes the lock, opens the file, and cuts off a torn line. A log that was deleted is not made again by a later fact. */
  #take(creates: boolean): OpenFile {
    const owner = newOwner()
    const lock = `${this.path}.lock`
    let fd: number | undefined
    let owned = false
    try {
      const folders = makeFolder(this.path)
      takeLock(lock, owner)
      owned = true
      const flags = constants.O_RDWR | constants.O_APPEND | (creates ? constants.O_CREAT : 0)
      fd = this.#openFile(flags)
      this.#known = this.#checkEnd(fd)
      return new OpenFile(fd, lock, owner, folders)
    } catch (error) {
      if (fd !== undefined) closeSync(fd)
      if (owned) releaseFor(owner, () => releaseLock(lock, owner))
      this.#known = undefined
      throw storageError(`The log ${this.path} cannot be written`, error)
    }
  }

  #openFile(flags: number): number {
    try {
      return openSync(this.path, flags, 0o600)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      throw new LogError(
        'log_conflict',
        `The log ${this.path} has no first fact: it was deleted since it was loaded.`,
        {
          cause: error,
        },
      )
    }
  }

  /** Checks that the file is unchanged since it was loaded, and cuts off a torn line. Reads a log that was never loaded. */
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
    if (mustSync(this.#sync, facts) || facts.some(isRest)) this.#checkFile(fstatSync(fd), known.size)
    for (let written = 0; written < lines.length;) written += writeSync(fd, lines, written)
    known.next += facts.length
    known.size += lines.length
  }

  /** Nothing else notices that the file was deleted: writes to an open file go on. */
  #checkFile({ nlink, size }: { readonly nlink: number; readonly size: number }, known: number): void {
    if (nlink === 0) throw new LogError('log_storage', `The log ${this.path} was deleted while this process owned it.`)
    if (size !== known)
      throw new LogError(
        'log_conflict',
        `The log ${this.path} was changed by another writer while this process owned it.`,
      )
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

  /** Stops writing after a failure: the file keeps complete lines only, and another run can be resumed from it. */
  #fail(file: OpenFile, cause: unknown): LogError {
    if (file.failure) return file.failure
    const error = storageError(`The log ${this.path} cannot be written`, cause)
    file.failure = error
    try {
      if (error.code === 'log_storage') ftruncateSync(file.fd, this.#known!.size)
    } catch {
      // The rest of the line stays as a torn line; the next owner cuts it off.
    }
    // A sync that hangs may still end: until then no other run may write.
    if (file.shared.isIdle) this.#rest(file)
    else void file.shared.idle().then(() => this.#rest(file))
    return error
  }

  /** Closes the file and releases the lock, once. */
  #rest(file: OpenFile): void {
    if (this.#open !== file) return
    this.#open = undefined
    if (file.failure?.code === 'log_storage') this.#known = undefined
    for (const step of [() => closeSync(file.fd), this.#onRest]) {
      try {
        step?.()
      } catch {
        // All facts are stored: the run must not fail because of this.
      }
    }
    releaseFor(file.owner, () => releaseLock(file.lock, file.owner))
  }
}

/** The file while this process owns it. */
class OpenFile {
  readonly fd: number
  readonly lock: string
  readonly owner: LogOwner
  /** Folders with new entries. */
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
