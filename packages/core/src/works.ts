import type { Work } from './decide.ts'
import { fact, type RunEvent } from './events.ts'
import { finish } from './finish.ts'
import { modelStep } from './model-step.ts'
import type { Run } from './run.ts'
import { toolCall } from './tool-call.ts'

/** A work as events. It ends with exactly one closing fact. */
export function perform(work: Work, run: Run): AsyncGenerator<RunEvent[], void, void> {
  switch (work.do) {
    case 'model':
      return modelStep(run)
    case 'tool':
      return toolCall(run, work.item)
    case 'pause':
      return one(fact({ type: 'run.pause', callIds: work.items.map((item) => item.call.id) }))
    case 'finish':
      return finish(run)
  }
}

/** What an abort leaves in the log: the text so far and the end. */
export function interrupted(run: Run): RunEvent[] {
  const cut = run.cut?.('abort')
  const end = fact({ type: 'run.done', outcome: { status: 'aborted', reason: reasonOf(run.signal) } })
  return cut ? [cut, end] : [end]
}

function reasonOf({ reason }: AbortSignal): string {
  if (reason instanceof Error) return reason.message
  return typeof reason === 'string' ? reason : 'aborted'
}

async function* one(event: RunEvent): AsyncGenerator<RunEvent[], void, void> {
  yield [event]
}
