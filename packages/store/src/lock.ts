// A lock between processes: a file that names its owner and exists whole or not at all.
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { LogError } from './log-error.ts'
import { isGone, type LogOwner, nameOf, readOwner } from './owner.ts'

/**
 * Takes the lock, also from an owner whose process has ended. Atomic: of any number of takers one wins.
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

/** Gives the lock back, if it is still this owner's. */
export function releaseLock(path: string, owner: LogOwner): void {
  if (holderOf(path)?.id === owner.id) rmSync(path, { force: true })
}

/** Who holds the lock; `undefined` when nobody does. */
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

/** A lock is complete before it has its name, so only a machine that lost its power leaves one like this. */
const unreadable: LogOwner = { host: hostname(), pid: 2 ** 31 - 1, started: '', id: 'unreadable' }

/** `link` fails where the name exists, and the file behind the new name is complete. */
function claim(path: string, draft: string): void {
  for (;;) {
    if (link(draft, path)) return
    const holder = holderOf(path)
    if (holder === undefined) continue // given back in between
    if (holder !== unreadable && !isGone(holder)) throw owned(path, holder)
    if (takeOver(path, draft, holder)) return
  }
}

/**
 * Replaces a lock whose owner is gone. Who may do so is decided by a lock of its own, named after that owner: a slow
 * taker, who saw the old lock, cannot remove the new one. (One who dies here is succeeded in the same way.)
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
      : `Whether it still runs cannot be seen from here; if it does not, delete ${path}.`
  return new LogError('log_owned', `The log is owned by ${nameOf(owner)}. ${remedy}`, { owner })
}
