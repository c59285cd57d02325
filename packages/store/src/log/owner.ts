// The owner of a log: a process. Its start time distinguishes it from a later process with the same id.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export interface LogOwner {
  readonly host: string
  readonly pid: number
  /** The start time of the process in the system's own form; only compared. Empty where the system does not report it. */
  readonly started: string
  /** Random; distinguishes the logs of one process. */
  readonly id: string
}

/** This process as the owner of a log. */
export function newOwner(): LogOwner {
  ownStart ??= startOf(process.pid) ?? ''
  return { host: hostname(), pid: process.pid, started: ownStart, id: randomBytes(8).toString('hex') }
}
let ownStart: string | undefined

/**
 * Whether the owner's process has ended, or is this one and has stopped to write. `false` for a process on another host,
 * which cannot be checked.
 */
export function isGone(owner: LogOwner): boolean {
  if (stopped.has(owner.id)) return true
  if (owner.host !== hostname()) return false
  if (!isAlive(owner.pid)) return true
  const started = startOf(owner.pid)
  return started === ended || (started !== undefined && owner.started !== '' && started !== owner.started)
}

/** Owners of this process that write no more, and whose release the disk has refused. */
const stopped = new Set<string>()

/** Milliseconds between two attempts to release. */
const releaseInterval = 1000

/**
 * Releases what an owner of this process holds, which writes no more. A disk that is full or read-only may refuse it: then
 * this process takes the owner for gone at once, and tries again for the others. `isOver`: no attempt can succeed any more.
 */
export function releaseFor(owner: LogOwner, release: () => void, isOver: () => boolean = () => false): void {
  try {
    release()
    stopped.delete(owner.id)
  } catch {
    stopped.add(owner.id)
    if (!isOver()) setTimeout(() => releaseFor(owner, release, isOver), releaseInterval).unref()
  }
}

/** The owner's name in messages. */
export const nameOf = ({ host, pid }: LogOwner): string =>
  pid === process.pid && host === hostname() ? `this process (${pid})` : `process ${pid} on ${host}`

export function readOwner(text: string): LogOwner | undefined {
  try {
    const { host, pid, started, id } = JSON.parse(text) as LogOwner
    const whole = typeof host === 'string' && Number.isSafeInteger(pid) && pid > 0 && typeof started === 'string'
    return whole && /^[\w-]{1,64}$/.test(id) ? { host, pid, started, id } : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // EPERM: the process of another user, and alive
  }
}

/** The start of a zombie: the process has ended but keeps its id, because its parent has not waited for it. */
const ended = 'ended'

function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return startInProc(pid)
    if (process.platform === 'win32') return undefined
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 }).trim()
  } catch {
    return undefined
  }
}

/** The boot id, and clock ticks from boot to the start of the process (proc_pid_stat(5), fields 3 and 22). */
function startInProc(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return ended
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return `${boot}/${fields[19]}`
}
let boot: string | undefined
