// What other packages know of something that can be run, whatever its machine.
import type { EventSource } from '@toolloop/client'
import { systemClock, UsageError } from '@toolloop/wire'
import type { ApprovalRequest, Fact, RunEvent } from '../facts/events.ts'
import type { Part } from '../facts/part.ts'
import { stateOf } from '../facts/read-log.ts'
import { Level, type LoopState } from '../run/level.ts'
import type { RunStream } from '../run/stream.ts'
import { Tree } from '../run/tree.ts'
import type { Opening } from './machine.ts'
import { MemoryScope } from './memory-scope.ts'
import type { OpenOptions } from './open-root.ts'

/** An agent or a pipeline, seen from outside. */
export interface Runnable {
  readonly kind: 'agent' | 'pipeline'
  readonly name: string
  /** Changes with the definition. */
  fingerprint(): string
  /** Opens a run; nothing is sent yet. `input`: the messages for an agent, the value for a pipeline. `budget`: a pipeline's. */
  open(
    input: unknown,
    options: OpenOptions & { readonly budget?: object | undefined },
    watched: boolean,
  ): Promise<EventSource<RunEvent, unknown>>
  /** The result of a run that ended or paused, computed from its facts. Nothing is run. */
  resultOf(facts: readonly Fact[]): Promise<unknown>
  /** A part of its runs, for a worker. @throws UsageError where the definition has no such part */
  part(part: Part): RunnablePart
}

/** A part of a run, as a run of its own. */
export interface RunnablePart {
  /** Its log holds what a part's log has: a root of its own, and the facts that the parent copies. */
  stream(options: OpenOptions): RunStream<RunEvent, unknown, unknown>
  /** `requests`: those that wait for decisions. */
  resultOf(facts: readonly Fact[]): Promise<{ readonly requests?: readonly ApprovalRequest[] }>
}

const runnables = new WeakMap<object, Runnable>()

export function rememberRunnable<Made extends object>(made: Made, runnable: Runnable): Made {
  runnables.set(made, runnable)
  return made
}

/** @throws UsageError for a value that is neither an agent nor a pipeline of this process */
export function runnableBehind(value: unknown): Runnable {
  const known = typeof value === 'object' && value !== null ? runnables.get(value) : undefined
  if (known) return known
  throw new UsageError(
    'Pass an agent that `agent({ … })` returned, or a pipeline, of this process; a copy of one does not work.',
  )
}

/** The result of a run that ended or paused. `facts`: all facts of its log. */
export async function resultFrom<State extends LoopState, Task extends { readonly key: string }, Value>(
  { fold, on }: Opening<State, Task, Value>,
  facts: readonly Fact[],
): Promise<Value> {
  const [first] = facts
  if (!first) throw new UsageError('The log is empty: there is no result to compute.')
  const controller = new AbortController()
  const { signal } = controller
  const scope = new MemoryScope(signal)
  const tree = new Tree(first.run, systemClock, facts)
  const state = stateOf(facts, fold)
  const level = new Level<State>({
    tree,
    path: '',
    context: undefined,
    signal,
    scope,
    watched: false,
    desk: undefined,
    state,
  })
  const driver = on(level)
  try {
    return await driver.result()
  } finally {
    driver.onEnd?.()
    scope.close()
  }
}
