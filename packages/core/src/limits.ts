import type PQueue from 'p-queue'
import type { Run } from './run.ts'
import type { AnyTool, RunLimit } from './spec.ts'

type Release = () => void

/** A tool's queues by key, shared by all runs of the process; a run's own queue. Held weakly. */
const toolQueues = new WeakMap<AnyTool, Map<string, PQueue>>()
const runQueues = new WeakMap<Run, PQueue>()

/** Waits for a place under the run's limit and the tool's. `undefined`: the run was aborted first. */
export async function acquire(run: Run, tool: AnyTool, args: unknown): Promise<Release | undefined> {
  const places: Release[] = []
  const release = (): void => {
    for (const free of places.splice(0)) free()
  }
  try {
    for (const queue of await queuesFor(run, tool, args)) places.push(await place(queue, run.signal))
    return release
  } catch (error) {
    release()
    if (run.signal.aborted) return undefined
    throw error
  }
}

async function queuesFor(run: Run, tool: AnyTool, args: unknown): Promise<PQueue[]> {
  const own = run.agent.parallel ? run.agent.limit : { ...run.agent.limit, concurrency: 1 }
  const { limit } = tool.policy
  if (!own && !limit) return []
  // Loaded when the first limit is met: most agents have none. Nothing is awaited below, so no queue is made twice.
  const { default: Queue } = await import('p-queue')
  return [
    ...(limit ? [toolQueue(Queue, tool, limit, limit.key?.(args, run.context) ?? '')] : []),
    ...(own ? [runQueue(Queue, run, own)] : []),
  ]
}

function toolQueue(Queue: typeof PQueue, tool: AnyTool, limit: RunLimit, key: string): PQueue {
  const byKey = toolQueues.get(tool) ?? new Map<string, PQueue>()
  toolQueues.set(tool, byKey)
  const known = byKey.get(key)
  if (known) return known
  const queue = new Queue(settings(limit))
  byKey.set(key, queue)
  // A key that nobody waits for is forgotten, unless its interval still counts.
  if (limit.interval === undefined)
    queue.addEventListener('idle', () => void (byKey.get(key) === queue && byKey.delete(key)))
  return queue
}

function runQueue(Queue: typeof PQueue, run: Run, limit: RunLimit): PQueue {
  const queue = runQueues.get(run) ?? new Queue(settings(limit))
  runQueues.set(run, queue)
  return queue
}

const settings = ({ concurrency, interval, intervalCap }: RunLimit): RunLimit & object => ({
  ...(concurrency !== undefined && { concurrency }),
  ...(interval !== undefined && { interval }),
  ...(intervalCap !== undefined && { intervalCap }),
})

/** A place is a task that lasts until it is released. */
function place(queue: PQueue, signal: AbortSignal): Promise<Release> {
  return new Promise((resolve, reject) => {
    queue.add(() => new Promise<void>((free) => resolve(free)), { signal }).catch(reject)
  })
}
