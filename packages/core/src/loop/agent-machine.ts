import { apply, initialState, type RunState } from '../facts/state.ts'
import type { Run } from '../run/run.ts'
import { decide, type Task } from './decide.ts'
import type { Machine } from './machine.ts'
import { type Perform, perform } from './tasks.ts'

/** The machine of an agent. `start` makes the source of a task; a replay passes its own. */
export function agentMachine(run: Run, start: Perform = perform): Machine<RunState, Task> {
  return {
    initial: initialState,
    apply,
    decide: (state) => decide(state, run.desk !== undefined),
    perform: (task) => start(task, run),
    isEager: (task) => task.do === 'tool',
    applied: (state) => {
      if (state.open?.message) run.messageComplete()
    },
    cut: () => run.reading?.cut('abort'),
  }
}
