import type { Task } from './decide.ts'
import { type Fact, fact, isFact, type RunEvent } from '../facts/events.ts'
import { finish } from './finish.ts'
import type { Source } from '../run/scope.ts'
import { modelStep } from '../step/model.ts'
import type { Run } from '../run/run.ts'
import { toolCall } from '../tool/call.ts'
import { decision } from '../tool/decision.ts'

/** Performs a task: returns its events. */
export type Perform = (task: Task, run: Run) => Source

/** The events of a task. They end with exactly one closing fact. */
export function perform(task: Task, run: Run): Source {
  switch (task.do) {
    case 'model':
      return modelStep(run)
    case 'tool':
      return toolCall(run, task.item)
    case 'decide':
      return decision(run, task.item)
    case 'pause':
      return one(fact({ type: 'run.pause', callIds: task.items.map((item) => item.call.id) }))
    case 'finish':
      return finish(run)
  }
}

/**
 * The batch after an abort: results that have arrived; once there are none, the text so far and the end. Progress does not
 * delay the end: a tool may emit it without limit.
 */
export function interrupted(run: Run, arrived: RunEvent[]): RunEvent[] {
  const results = withoutStarts(arrived)
  if (results.some(isFact)) return results
  const cut = run.reading?.cut('abort')
  return [...results, ...(cut ? [cut] : []), aborted(run)]
}

/** After an abort: drops the starts of tasks. They have not been logged, and the tasks do not start. */
export const withoutStarts = (batch: RunEvent[]): RunEvent[] =>
  batch.filter((event) => event.type !== 'tool.start' && event.type !== 'step.start')

export const aborted = (run: Run): Fact =>
  fact({ type: 'run.done', outcome: { status: 'aborted', reason: reasonOf(run.signal) } })

/** Moves `run.done` to the end of its batch, and keeps only the first. */
export function endingLast(batch: RunEvent[]): RunEvent[] {
  if (batch.length === 1) return batch
  const end = batch.find((event) => event.type === 'run.done')
  return end ? [...batch.filter((event) => event.type !== 'run.done'), end] : batch
}

/** The abort reason as text. The reason is the caller's value, so reading it may throw. */
function reasonOf({ reason }: AbortSignal): string {
  try {
    const words: unknown = reason instanceof Error ? reason.message || reason.name : reason
    return typeof words === 'string' && words !== '' ? words : 'aborted'
  } catch {
    return 'aborted'
  }
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* one(event: RunEvent): Source {
  return [event]
}
