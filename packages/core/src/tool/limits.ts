import type PQueue from 'p-queue'
import { ownCopy } from '../facts/own-copy.ts'
import type { Run } from '../run/run.ts'
import type { AnyTool, RunLimit } from '../agent/spec.ts'

/** Frees a place; once. */
export type Release = () => void

/** A queue, and how many calls know it: one that nobody knows is forgotten. */
interface Entry {
  readonly queue: PQueue
  users: number
  /** Until then its interval counts, and it is kept. */
  until: number
}

/** A tool's queues by key, shared by all runs of the process; a run's own queue. Held weakly. */
const toolQueues = new WeakMap<AnyTool, Map<string, Entry>>()
const runQueues = new WeakMap<Run, PQueue>()

/** A place under the run's limit, taken in call order. `undefined`: the run was aborted first. */
export function placeInRun(run: Run): Release | Promise<Release | undefined> {
  const { parallel, limit } = run.agent
  const own = parallel ? limit : { ...limit, concurrency: 1 }
  return own ? placeUnder(own, run) : free
}

async function placeUnder(own: RunLimit, run: Run): Promise<Release | undefined> {
  const Queue = await loadQueue()
  const queue = runQueues.get(run) ?? new Queue(settings(own))
  runQueues.set(run, queue)
  return place(queue, run.signal)
}

/** A place under the tool's limit. What the limit's `key` throws is the tool's failure. */
export function placeInTool(run: Run, tool: AnyTool, args: unknown): Release | Promise<Release | undefined> {
  const { limit } = tool.policy
  return limit ? placeByKey(limit, run, tool, args) : free
}

async function placeByKey(
  limit: NonNullable<AnyTool['policy']['limit']>,
  run: Run,
  tool: AnyTool,
  args: unknown,
): Promise<Release | undefined> {
  const key = limit.key?.(ownCopy(args), run.context) ?? ''
  const Queue = await loadQueue()
  const queues = toolQueues.get(tool) ?? new Map<string, Entry>()
  toolQueues.set(tool, queues)
  const entry = queues.get(key) ?? { queue: new Queue(settings(limit)), users: 0, until: 0 }
  if (!queues.has(key)) sweep(queues)
  queues.set(key, entry)
  entry.users++
  const release = await place(entry.queue, run.signal)
  const leave = (): void => {
    entry.users--
    entry.until = Date.now() + (limit.interval ?? 0)
    if (limit.interval === undefined && entry.users === 0) queues.delete(key)
  }
  if (!release) {
    leave()
    return undefined
  }
  return () => {
    release()
    leave()
  }
}

/** Keys whose interval is over; looked for as the keys grow, so that no timer is needed. */
function sweep(queues: Map<string, Entry>): void {
  if (queues.size % 64 !== 63) return
  const now = Date.now()
  for (const [key, { users, until }] of queues) if (users === 0 && until < now) queues.delete(key)
}

const free: Release = () => {}

/** Loaded when the first limit is met: most agents have none. */
const loadQueue = async (): Promise<typeof PQueue> => (await import('p-queue')).default

const settings = ({ concurrency, interval, intervalCap }: RunLimit): object => ({
  ...(concurrency !== undefined && { concurrency }),
  ...(interval !== undefined && { interval }),
  ...(intervalCap !== undefined && { intervalCap }),
})

/** A place is a task that lasts until it is released. */
function place(queue: PQueue, signal: AbortSignal): Promise<Release | undefined> {
  return new Promise((resolve) => {
    queue.add(() => new Promise<void>((release) => resolve(release)), { signal }).catch(() => resolve(undefined))
  })
}
