import type { Run } from '../run/run.ts'
import type { AgentSpec, AnyTool, RunLimit } from '../agent/spec.ts'
import { CallQueue, type Release } from './call-queue.ts'
import { ownArguments, type ParsedCall } from './own-arguments.ts'

/** A queue, and the number of calls that use it. Unused queues are deleted. */
interface Entry {
  readonly queue: CallQueue
  users: number
  /** The end of its interval: until then the queue is kept. */
  until: number
}

/** The queues of each tool by key, shared by all runs of the process; and the queue of each run, by the limit of the agent that holds it. */
const toolQueues = new WeakMap<AnyTool, Map<string, Entry>>()
const runQueues = new WeakMap<Run, { readonly agent: AgentSpec; readonly queue: CallQueue }>()

/** A place under the run's limit, taken in call order. `undefined`: the run was aborted first. */
export function placeInRun(run: Run): Release | Promise<Release | undefined> {
  const { parallel, limit } = run.agent
  const own = parallel ? limit : { ...limit, concurrency: 1 }
  return own ? placeUnder(own, run) : free
}

function placeUnder(own: RunLimit, run: Run): Promise<Release | undefined> {
  const known = runQueues.get(run)
  const queue = known?.agent === run.agent ? known.queue : new CallQueue(own)
  if (queue !== known?.queue) runQueues.set(run, { agent: run.agent, queue })
  return queue.place(run)
}

/** A place under the tool's limit. If `key` throws, the call fails. */
export function placeInTool(run: Run, call: ParsedCall): Release | Promise<Release | undefined> {
  const { limit } = call.tool.policy
  return limit ? placeByKey(limit, run, call) : free
}

async function placeByKey(
  limit: NonNullable<AnyTool['policy']['limit']>,
  run: Run,
  call: ParsedCall,
): Promise<Release | undefined> {
  const { tool } = call
  const key = (limit.key && limit.key(await ownArguments(call), run.context)) ?? ''
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

/** Deletes unused queues whose interval has ended, at every 64th key, so that no timer is needed. */
function sweep(queues: Map<string, Entry>, now: number): void {
  if (queues.size % 64 !== 63) return
  for (const [key, { users, until }] of queues) if (users === 0 && until < now) queues.delete(key)
}

const free: Release = () => {}
