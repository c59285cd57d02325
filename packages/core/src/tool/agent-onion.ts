// A call of an agent through the middlewares around tool calls.
import type { ToolExecution } from '../models/middleware.ts'
import { throughTool, type ToolLayer } from '../models/tool-onion.ts'
import type { Run } from '../run/run.ts'
import type { Batch } from '../run/scope.ts'
import type { AgentAnswer } from './agent-call.ts'

type Answering = AsyncGenerator<Batch, AgentAnswer | undefined, void>

/**
 * The middlewares run beside the task; the first `next()` makes the task run the agent, whose batches pass through here. The
 * agent's run is not repeated: each further `next()` has the same result. When the run pauses or is aborted, `next()` rejects,
 * so that middlewares can clean up; what they do then is ignored, and after a resume the call passes through them again.
 */
export async function* agentThrough(
  run: Run,
  layers: readonly ToolLayer[],
  execution: ToolExecution,
  callAgent: (args: unknown) => Answering,
): Answering {
  const reached = Promise.withResolvers<{ readonly args: unknown } | undefined>()
  const result = Promise.withResolvers<unknown>()
  result.promise.catch(() => {}) // a middleware may not wait for it
  const ended = throughTool(layers, execution, (args) => {
    reached.resolve({ args })
    return result.promise
  }).then(
    (value): AgentAnswer => ({ is: 'output', value }),
    (error: unknown): AgentAnswer => ({ is: 'failed', error }),
  )
  void ended.then(() => reached.resolve(undefined))
  const request = await counted(run, reached.promise)
  if (!request) return unlessAborted(run, await ended)
  const answer = yield* callAgent(request.args)
  if (!answer || answer.is === 'paused') {
    result.reject(answer ? hasPaused : run.signal.reason)
    return answer
  }
  if (answer.is === 'output') result.resolve(answer.value)
  else result.reject(answer.error)
  const last = await counted(run, ended)
  const isSame = answer.is === 'failed' && last.is === 'failed' && last.error === answer.error
  return unlessAborted(run, isSame ? answer : last)
}

const hasPaused = new DOMException('The agent waits for a decision; the call goes on after it.', 'AbortError')

/** As for a tool: a result soon after an abort counts, an error does not. */
const unlessAborted = (run: Run, answer: AgentAnswer): AgentAnswer | undefined =>
  run.signal.aborted && answer.is === 'failed' ? undefined : answer

/** After an abort the run waits a moment for what executes. */
async function counted<Value>(run: Run, value: Promise<Value>): Promise<Value> {
  run.enter()
  try {
    return await value
  } finally {
    run.leave()
  }
}
