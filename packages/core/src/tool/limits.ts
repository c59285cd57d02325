import type { Run } from '../run/run.ts'
import type { AgentSpec, AnyTool, RunLimit } from '../agent/spec.ts'
import { CallQueue, type Release } from './call-queue.ts'
import { KeyedQueues } from './keyed-queues.ts'
import { ownArguments, type ParsedCall } from './own-arguments.ts'

/** The queues of each tool by key, shared by all runs of the process; and the queue of each run, by the limit of the agent that holds it. */
const toolQueues = new WeakMap<AnyTool, KeyedQueues>()
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
  const queues = toolQueues.get(tool) ?? new KeyedQueues(limit)
  toolQueues.set(tool, queues)
  return queues.place(key, run)
}

const free: Release = () => {}
