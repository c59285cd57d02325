import { apply, initialState, type RunState } from '../facts/state.ts'
import type { Run } from '../run/run.ts'
import { decide, type Task } from './decide.ts'
import type { Mail } from '../control/mailbox.ts'
import type { Machine } from './machine.ts'
import type { Perform } from './tasks.ts'

/** The machine of an agent. `start` makes the source of a task. `mail`: messages from outside. */
export function agentMachine(run: Run, start: Perform, mail?: Mail): Machine<RunState, Task> {
  return {
    initial: initialState,
    apply,
    decide: (state) => decide(state, run.desk !== undefined, run.agent.guardrails),
    perform: (task) => start(task, run),
    isEager: (task) => task.do === 'tool' || task.do === 'guard',
    arrived: mail && ((batch) => mail.deliver(batch, run.state)),
    applied: (state) => {
      run.follow(state)
      mail?.logged(state)
      if (state.open?.message) run.messageComplete()
    },
    cut: () => run.reading?.cut('abort'),
  }
}
