// The one loop: call the model, dispatch its tool calls, append the tool messages, repeat.
import { decide } from './decide.ts'
import { type Fact, isFact, type RunEvent } from './events.ts'
import type { Run } from './run.ts'
import { apply, type RunState } from './state.ts'
import { inTime, turn } from './in-time.ts'
import { endingLast, interrupted, perform } from './works.ts'

/** Events that travel together: what arrived at once. */
export type Batch = RunEvent[]

/** Where facts are kept. `append` resolves once they are safe. */
export interface RunLog {
  load(): readonly Fact[] | Promise<readonly Fact[]>
  append(facts: readonly Fact[]): void | Promise<void>
}

/** Where works run. A source is asked for more only after its last batch was logged and taken. */
export interface Scope {
  has(key: string): boolean
  start(key: string, source: AsyncGenerator<Batch, void, void>, eager: boolean): void
  /** The last batch is logged: what it announced may happen. */
  logged(): void
  /** What arrived; empty when nothing runs, or the run was aborted. */
  next(): Promise<Batch>
  /** What has arrived and was not given yet: after an abort, the last there is. */
  arrived(): Batch
  close(): void
}

/**
 * Decide what should run, take what happened, record it, tell the caller. `run.state` is what the log came to, `input`
 * what is new: a question, decisions, a message. Early dispatch, parallel tools and resume need no code of their own.
 */
export async function* loop(run: Run, log: RunLog, input: Batch, scope: Scope): AsyncGenerator<Batch, RunState, void> {
  let state = run.state
  let batch = input
  try {
    for (;;) {
      batch = endingLast(batch)
      const facts = batch.filter(isFact)
      if (facts.length > 0 || batch.length === 0) {
        for (const fact of facts) run.stamp(fact)
        if (facts.length > 0) await inTime(run, log.append([...facts]))
        state = run.state = facts.reduce(apply, state)
        if (!run.signal.aborted) scope.logged()
        if (state.status === 'running' && !run.signal.aborted)
          for (const work of decide(state))
            if (!scope.has(work.key)) scope.start(work.key, perform(work, run), work.do === 'tool')
      }
      if (batch.length > 0) yield batch
      if (state.status !== 'running') return state
      if (run.signal.aborted) await turn() // answers that are on their way still arrive
      batch = run.signal.aborted ? interrupted(run, scope.arrived()) : await scope.next()
    }
  } finally {
    scope.close()
  }
}
