import type { Task } from './decide.ts'
import { type Fact, fact, isFact, type RunEvent } from '../facts/events.ts'
import { finish } from './finish.ts'
import type { Source } from '../run/scope.ts'
import { modelStep } from '../step/model.ts'
import type { Run } from '../run/run.ts'
import { toolCall } from '../tool/call.ts'
import { decision } from '../tool/decision.ts'

/** Makes a task's events. */
export type Perform = (task: Task, run: Run) => Source

/** A task as events. It ends with exactly one closing fact. */
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
 * What an abort leaves in the log: results that had arrived, then the text so far and the end. Progress alone does not
 * put the end off: it may never cease.
 */
export function interrupted(run: Run, arrived: RunEvent[]): RunEvent[] {
  const results = withoutStarts(arrived)
  if (results.some(isFact)) return results
  const cut = run.reading?.cut('abort')
  return [...results, ...(cut ? [cut] : []), aborted(run)]
}

/** After an abort: what was only about to start has not, and nobody may read in the log that it has. */
export const withoutStarts = (batch: RunEvent[]): RunEvent[] =>
  batch.filter((event) => event.type !== 'tool.start' && event.type !== 'step.start')

export const aborted = (run: Run): Fact =>
  fact({ type: 'run.done', outcome: { status: 'aborted', reason: reasonOf(run.signal) } })

/** What arrived together with the end of the run comes before it; there is one end. */
export function endingLast(batch: RunEvent[]): RunEvent[] {
  if (batch.length === 1) return batch
  const end = batch.find((event) => event.type === 'run.done')
  return end ? [...batch.filter((event) => event.type !== 'run.done'), end] : batch
}

/** A text whatever the reason is: it is the caller's, and reading it may throw. */
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
