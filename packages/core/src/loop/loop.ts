// The one loop: call the model, dispatch its tool calls, append the tool messages, repeat.
import { decide } from './decide.ts'
import { type Fact, isFact } from '../facts/events.ts'
import { inTime, toolGrace, turn } from '../run/in-time.ts'
import type { RunLog } from '../facts/log.ts'
import type { Run } from '../run/run.ts'
import type { Batch, Scope } from '../run/scope.ts'
import { apply, type RunState } from '../facts/state.ts'
import { endingLast, interrupted, type Perform, perform, withoutStarts } from './tasks.ts'

/**
 * Decides which tasks should run, takes their events, logs the facts, emits the batch. `run.state` is the state of the log;
 * `input` is the first batch: the input of a new run, or decisions and messages. `start` makes the source of a task. Early
 * dispatch, parallel tools and resume need no code of their own.
 */
export async function* loop(
  run: Run,
  log: RunLog,
  input: Batch,
  scope: Scope,
  start: Perform = perform,
): AsyncGenerator<Batch, RunState, void> {
  let batch = input
  let { state } = run
  try {
    for (;;) {
      batch = endingLast(batch)
      const facts = batch.filter(isFact)
      if (facts.length > 0 || batch.length === 0) {
        const written = facts.length > 0 ? run.write(log, Object.freeze(facts)) : undefined
        if (written) await inTime(run, written)
        state = reconcile(run, scope, facts, start)
      }
      if (run.watched && batch.length > 0) yield batch
      if (state.status !== 'running') return state
      if (run.signal.aborted) await settled(run)
      if (run.signal.aborted) batch = interrupted(run, scope.arrived())
      else {
        batch = await scope.next()
        if (run.signal.aborted) batch = withoutStarts(batch)
      }
    }
  } finally {
    scope.close()
  }
}

/** After an abort: waits for executing tools, `toolGrace` at most, and for results that are already settled. */
async function settled(run: Run): Promise<void> {
  run.abortedAt ??= run.clock.now()
  await run.idle(run.abortedAt + toolGrace - run.clock.now())
  await turn()
}

/** Applies logged facts to the state, and starts the tasks that should run and do not. */
function reconcile(run: Run, scope: Scope, facts: readonly Fact[], start: Perform): RunState {
  run.writing = false
  run.state = facts.reduce(apply, run.state)
  if (run.state.open?.message) run.messageComplete()
  if (!run.signal.aborted) scope.logged() // a tool that resumes here may abort the run
  if (run.state.status === 'running' && !run.signal.aborted)
    for (const task of decide(run.state, run.desk !== undefined))
      if (!scope.has(task.key)) scope.start(task.key, start(task, run), task.do === 'tool')
  return run.state
}
