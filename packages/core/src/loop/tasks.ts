import type { Task } from './decide.ts'
import { fact, type RunEvent } from '../facts/events.ts'
import { finish } from './finish.ts'
import { guardCheck } from '../guard/task.ts'
import type { Source } from '../run/scope.ts'
import { modelStep } from '../step/model.ts'
import { handOver } from './hand-over.ts'
import type { Run } from '../run/run.ts'
import type { RunInside } from '../tool/agent-call.ts'
import { toolCall } from '../tool/call.ts'
import { decision } from '../tool/decision.ts'

/** Performs a task: returns its events. */
export type Perform = (task: Task, run: Run) => Source

/** The events of a task. They end with exactly one closing fact. `inside` runs agents that are called as tools. */
export function perform(task: Task, run: Run, inside?: RunInside): Source {
  switch (task.do) {
    case 'model':
      return modelStep(run)
    case 'tool':
      return toolCall(run, task.item, inside)
    case 'decide':
      return decision(run, task.item)
    case 'pause':
      return one(fact({ type: 'run.pause', callIds: task.items.map((item) => item.call.id) }))
    case 'handoff':
      return handOver(run)
    case 'finish':
      return finish(run)
    case 'guard':
      return guardCheck(run, task)
    case 'trip':
      return one(fact({ type: 'run.done', outcome: { status: 'tripped', ...run.state.guardrails.tripped! } }))
  }
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* one(event: RunEvent): Source {
  return [event]
}
