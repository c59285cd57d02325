// A run inside a task of another run.
import { isFact } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { foldOf } from '../facts/read-log.ts'
import { Level, type LoopState, runHasEnded } from '../run/level.ts'
import type { Batch } from '../run/scope.ts'
import { aborted } from './ending.ts'
import { follow } from './follow.ts'
import { loop } from './loop.ts'
import type { Driver, Opening } from './machine.ts'
import { MemoryScope } from './memory-scope.ts'

/** Where a run inside another one runs. */
export interface Place {
  readonly parent: Level
  /** The end of its path, e.g. `2:call_a` or `review[3]`. The same for the same task in every process. */
  readonly segment: string
  /** @default the parent's */
  readonly context?: unknown
  /** Aborts this run only. It is also aborted with its parent. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs inside a task: `const value = yield* inside(place, opening)`. The batches go through the task to the root, which
 * logs them. Facts that the log holds for the path resume the run. Never throws: failures are the run's outcome.
 */
export async function* inside<State extends LoopState, Task extends { readonly key: string }, Value>(
  { parent, segment, context = parent.context, signal }: Place,
  { fold, begin, on, budget }: Opening<State, Task, Value>,
): AsyncGenerator<Batch, Value, void> {
  const { tree, watched, desk } = parent
  const path = pathOf(parent.path, segment)
  const past = tree.pastOf(path)
  const state = foldOf(past, fold)
  const controller = new AbortController()
  const scope = new MemoryScope(controller.signal)
  const level = new Level<State>({
    tree,
    path,
    context,
    signal: controller.signal,
    scope,
    watched,
    desk,
    state,
    abort: (reason) => controller.abort(reason),
    outer: parent.budget,
  })
  if (budget) level.openBudget(budget)
  const unfollow = [parent.signal, ...(signal ? [signal] : [])].map((outer) => follow(outer, controller))
  const driver = on(level)
  parent.enter()
  try {
    const input = await begin(past, state)
    if (input) yield* driven(parent, level, driver, input, scope)
  } finally {
    parent.leave()
    level.closeBudget()
    scope.close()
    for (const stop of unfollow) stop()
    driver.onEnd?.()
    controller.abort(runHasEnded)
  }
  return await driver.result()
}

/** The path of a run inside another one. */
export const pathOf = (parent: string, segment: string): string => (parent === '' ? segment : `${parent}/${segment}`)

/** The parent's abort does not wait while a batch is handed up: then it is the parent's turn. */
async function* driven<State extends LoopState, Task extends { readonly key: string }, Value>(
  parent: Level,
  level: Level<State>,
  driver: Driver<State, Task, Value>,
  input: Batch,
  scope: MemoryScope,
): AsyncGenerator<Batch, void, void> {
  const events = loop(level, driver.machine, undefined, input, scope)
  try {
    for (;;) {
      const next = await nextOf(events, level)
      if (next.done) return
      parent.leave()
      try {
        yield next.value
      } finally {
        parent.enter()
      }
      if (next.isLast) {
        for (const one of next.value)
          if (isFact(one) && one.seq >= 0) level.state = driver.machine.apply(level.state, one)
        return
      }
    }
  } finally {
    void events.return(level.state)
  }
}

type Next = { readonly done: true } | { readonly done: false; readonly value: Batch; readonly isLast: boolean }

/** The next batch; the run's end where the loop throws. */
async function nextOf<State extends LoopState>(
  events: AsyncGenerator<Batch, State, void>,
  level: Level<State>,
): Promise<Next> {
  try {
    const { done, value } = await events.next()
    return done ? { done } : { done: false, value, isLast: false }
  } catch (error) {
    const last = level.signal.aborted ? aborted(level) : failed(error)
    level.mark([last])
    return { done: false, value: [last], isLast: true }
  }
}
