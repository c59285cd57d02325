import { ownCopy } from '../facts/own-copy.ts'
import type { Run } from '../run/run.ts'
import type { AnyTool, RunLimit } from '../agent/spec.ts'
import { CallQueue, type Release } from './call-queue.ts'

/** A queue of calls, and how many know it: one that nobody knows is forgotten. */
interface Entry {
  readonly queue: CallQueue
  users: number
  /** Until then its interval counts, and it is kept. */
  until: number
}

/** A tool's queues by key, shared by all runs of the process; a run's own queue. Held weakly. */
const toolQueues = new WeakMap<AnyTool, Map<string, Entry>>()
const runQueues = new WeakMap<Run, CallQueue>()

/** A place under the run's limit, taken in call order. `undefined`: the run was aborted first. */
export function placeInRun(run: Run): Release | Promise<Release | undefined> {
  const { parallel, limit } = run.agent
  const own = parallel ? limit : { ...limit, concurrency: 1 }
  return own ? placeUnder(own, run) : free
}

function placeUnder(own: RunLimit, run: Run): Promise<Release | undefined> {
  const queue = runQueues.get(run) ?? new CallQueue(own)
  runQueues.set(run, queue)
  return queue.place(run)
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
  const { clock } = run
  const queues = toolQueues.get(tool) ?? new Map<string, Entry>()
  toolQueues.set(tool, queues)
  const entry = queues.get(key) ?? { queue: new CallQueue(limit), users: 0, until: 0 }
  if (!queues.has(key)) sweep(queues, clock.now())
  queues.set(key, entry)
  entry.users++
  const release = await entry.queue.place(run)
  const leave = (): void => {
    entry.users--
    entry.until = clock.now() + (limit.interval ?? 0)
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
function sweep(queues: Map<string, Entry>, now: number): void {
  if (queues.size % 64 !== 63) return
  for (const [key, { users, until }] of queues) if (users === 0 && until < now) queues.delete(key)
}

const free: Release = () => {}
