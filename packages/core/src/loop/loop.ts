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
 * Decide what should run, take what happened, record it, tell the caller. `run.state` is what the log came to, `input`
 * what is new: a question, decisions, a message; `start` makes a source of a task. Early dispatch, parallel tools and resume need no code of their own.
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

/** After an abort: tools that run may still give their results, and results on their way arrive. */
async function settled(run: Run): Promise<void> {
  run.abortedAt ??= run.clock.now()
  await run.idle(run.abortedAt + toolGrace - run.clock.now())
  await turn()
}

/** What is logged has happened: the state follows, and whatever should run now and does not is started. */
function reconcile(run: Run, scope: Scope, facts: readonly Fact[], start: Perform): RunState {
  run.writing = false
  run.state = facts.reduce(apply, run.state)
  if (run.state.open?.message) run.said()
  if (!run.signal.aborted) scope.logged() // a tool that goes on here may abort the run
  if (run.state.status === 'running' && !run.signal.aborted)
    for (const task of decide(run.state, run.desk !== undefined))
      if (!scope.has(task.key)) scope.start(task.key, start(task, run), task.do === 'tool')
  return run.state
}
