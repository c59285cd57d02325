// A lock between processes: a file that names its owner. It is created complete, by `link`.
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { LogError } from './log-error.ts'
import { isGone, type LogOwner, nameOf, readOwner } from './owner.ts'

/**
 * Takes the lock, also from an owner whose process has ended. Atomic: exactly one of several takers succeeds.
 * @throws LogError `log_owned`, which names the owner
 */
export function takeLock(path: string, owner: LogOwner): void {
  const draft = `${path}.${owner.id}-draft`
  writeFileSync(draft, JSON.stringify(owner), { flag: 'wx', mode: 0o600 })
  try {
    claim(path, draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Releases the lock if this owner still holds it. */
export function releaseLock(path: string, owner: LogOwner): void {
  if (holderOf(path)?.id === owner.id) rmSync(path, { force: true })
}

/** The owner of the lock; `undefined` when there is no lock. */
export function holderOf(path: string): LogOwner | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return readOwner(text) ?? unreadable
}

/** The owner of an unreadable lock. Only a loss of power leaves one: a lock is complete before it has its name. */
const unreadable: LogOwner = { host: hostname(), pid: 2 ** 31 - 1, started: '', id: 'unreadable' }

/** Links the draft to the lock's name. `link` fails when the name exists, and the linked file is complete. */
function claim(path: string, draft: string): void {
  for (;;) {
    if (link(draft, path)) return
    const holder = holderOf(path)
    if (holder === undefined) continue // released in between
    if (holder !== unreadable && !isGone(holder)) throw owned(path, holder)
    if (takeOver(path, draft, holder)) return
  }
}

/**
 * Replaces a lock whose owner has died. A second lock, named after the dead owner, protects the replacement: a slow taker
 * that read the old lock cannot remove the new one. (A taker that dies here is replaced in the same way.)
 */
function takeOver(path: string, draft: string, gone: LogOwner): boolean {
  const turn = `${path}.${gone.id}`
  claim(turn, draft)
  try {
    if (holderOf(path)?.id !== gone.id) return false
    const next = `${draft}-next`
    linkSync(draft, next)
    renameSync(next, path)
    return true
  } finally {
    unlinkSync(turn)
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function owned(path: string, owner: LogOwner): LogError {
  const remedy =
    owner.host === hostname()
      ? 'Wait for its run to end.'
      : `This host cannot see whether that process still runs; if it does not, delete ${path}.`
  return new LogError('log_owned', `The log is owned by ${nameOf(owner)}. ${remedy}`, { owner })
}
