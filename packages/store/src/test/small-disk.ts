// Disks with little room, for tests: a file system of one megabyte, and a limit of the size of files.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kind } from './stores.ts'

export interface SmallDisk {
  readonly folder: string
  /** Leaves so many bytes for new data, until `free` is called. `file`: the one that grows, if it is there already. */
  readonly fill: (room: number, file: string) => void
  readonly free: () => void
  readonly close: () => void
}

export interface DiskKind {
  readonly name: string
  /** Why this machine has no such disk. */
  readonly missing: string | undefined
  /** Bytes by which the room grows from one attempt to the next. */
  readonly grain: Readonly<Record<Kind, number>>
  readonly make: () => SmallDisk
}

/** Of a memory page; a frame of SQLite's WAL has 24 bytes more. */
const page = 4096

/** A `tmpfs`. Only root may mount one, and not in every container. */
const smallFileSystem: DiskKind = {
  name: 'a file system of 1 MB',
  missing: refusalOf(mounted),
  grain: { file: page, sqlite: page },
  make: () => {
    const { folder, close } = mounted()
    const ballast = join(folder, 'ballast')
    return {
      folder,
      fill(room) {
        const { bavail, bsize } = statfsSync(folder)
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - room)))
      },
      free: () => rmSync(ballast, { force: true }),
      close,
    }
  },
}

/** No file may grow beyond a size (`setrlimit`, RLIMIT_FSIZE): for this process, so also without the right to mount. */
const smallFiles: DiskKind = {
  name: 'a limit of the size of files',
  missing: refusalOf(() => limitFiles('unlimited')),
  grain: { file: 2000, sqlite: 10 * (page + 24) },
  make: () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolloop-small-files-'))
    return {
      folder,
      fill: (room, file) => limitFiles((existsSync(file) ? statSync(file).size : 0) + room),
      free: () => limitFiles('unlimited'),
      close: () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}

export const diskKinds: readonly DiskKind[] = [smallFileSystem, smallFiles]

function mounted(): { readonly folder: string; readonly close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-small-disk-'))
  const close = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    close()
    throw error
  }
  return {
    folder,
    close: () => {
      execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' })
      close()
    },
  }
}

/** The soft limit only, which a process may raise again. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`], { stdio: 'pipe' })
}

/** Why it cannot be done here; `undefined` where it can. */
function refusalOf(attempt: () => { readonly close: () => void } | void): string | undefined {
  try {
    attempt()?.close()
    return undefined
  } catch (error) {
    return `(skipped: ${(error as Error).message.trim().split('\n').at(-1)})`
  }
}
