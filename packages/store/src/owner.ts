// Who owns a log: a process, told apart from a later one that has the same id.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export interface LogOwner {
  readonly host: string
  readonly pid: number
  /** When the process started, as its system tells it; compared, never read. Empty where the system does not tell. */
  readonly started: string
  /** Which log of that process. */
  readonly id: string
}

/** This process, as the owner of one more log. */
export function newOwner(): LogOwner {
  ownStart ??= startOf(process.pid) ?? ''
  return { host: hostname(), pid: process.pid, started: ownStart, id: randomBytes(8).toString('hex') }
}
let ownStart: string | undefined

/** Has the owner's process ended? `false` where that cannot be known: on another host. */
export function isGone(owner: LogOwner): boolean {
  if (owner.host !== hostname()) return false
  if (!isAlive(owner.pid)) return true
  const started = startOf(owner.pid)
  return started === ended || (started !== undefined && owner.started !== '' && started !== owner.started)
}

/** An owner as a message names it. */
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
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // EPERM: somebody else's process, and alive
  }
}

/** A process that has ended and that nobody has waited for: it keeps its id. */
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

/** Clock ticks from the boot to the start of the process, and which boot (proc_pid_stat(5), fields 3 and 22). */
function startInProc(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return ended
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return `${boot}/${fields[19]}`
}
let boot: string | undefined
