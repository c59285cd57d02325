// The one loop: decide what should run, take its events, log the facts, apply them, repeat.
import { type Fact, isFact } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import { inTime, turn } from '../run/in-time.ts'
import type { Level, LoopState } from '../run/level.ts'
import type { Batch, Scope } from '../run/scope.ts'
import { endingLast, graceLeft, interrupted, withoutStarts } from './ending.ts'
import type { Machine } from './machine.ts'

/**
 * Decides which tasks should run, takes their events, logs the facts, emits the batch. `level.state` is the state of the
 * log; `input` is the first batch: the input of a new run, or decisions and messages. Early dispatch, parallel tools and
 * resume need no code of their own.
 *
 * Without a log the run is inside another one: its batches are logged by the root. It yields them, and goes on when it is
 * pulled again; a fact that has no number by then was not logged.
 */
export async function* loop<State extends LoopState, Task extends { readonly key: string }>(
  level: Level<State>,
  machine: Machine<State, Task>,
  log: RunLog | undefined,
  input: Batch,
  scope: Scope,
): AsyncGenerator<Batch, State, void> {
  let batch = input
  let { state } = level
  try {
    for (;;) {
      batch = endingLast(batch)
      const facts = batch.filter(isFact)
      const isShown = batch.length > 0 && (level.watched || (!log && facts.length > 0))
      if (!log) {
        level.mark(facts)
        if (isShown) yield batch
      }
      if (facts.length > 0 || batch.length === 0) {
        const written = log && facts.length > 0 ? level.write(log, Object.freeze(facts)) : undefined
        if (written) await inTime(level, written)
        state = reconcile(level, machine, scope, facts)
      }
      if (log && isShown) yield batch
      if (state.status !== 'running') return state
      if (level.signal.aborted) {
        // An inner run whose batch held only progress was not resumed: it ends by itself, with its last facts.
        scope.logged()
        await settled(level)
      }
      if (level.signal.aborted) batch = interrupted(level, machine, scope.arrived())
      else {
        batch = await scope.next()
        if (level.signal.aborted) batch = withoutStarts(batch)
        else if (machine.arrived) batch = machine.arrived(batch)
      }
    }
  } finally {
    scope.close()
  }
}

/** After an abort: waits for what executes, for `graceOf` the level at most, and for results that are already settled. */
async function settled(level: Level): Promise<void> {
  await level.idle(graceLeft(level))
  await turn()
}

/** Applies logged facts to the state, and starts the tasks that should run and do not. */
function reconcile<State extends LoopState, Task extends { readonly key: string }>(
  level: Level<State>,
  machine: Machine<State, Task>,
  scope: Scope,
  facts: readonly Fact[],
): State {
  level.writing = false
  let mayHaveChanged = facts.length === 0 // a task has ended without a fact, or a message waits
  for (const fact of facts) {
    if (fact.path !== level.path || fact.seq < 0) continue
    level.state = machine.apply(level.state, fact)
    mayHaveChanged = true
  }
  machine.applied?.(level.state)
  // A tool that resumes here may abort the run. After an abort, the runs inside this one end by themselves.
  scope.logged()
  // Facts of inner runs change nothing here: with many of them, deciding at each would cost more than they do.
  if (mayHaveChanged && level.state.status === 'running' && !level.signal.aborted)
    for (const task of machine.decide(level.state))
      if (!scope.has(task.key)) scope.start(task.key, machine.perform(task), machine.isEager(task))
  return level.state
}
