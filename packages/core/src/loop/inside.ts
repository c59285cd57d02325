// A run inside a task of another run.
import { type Message, UsageError } from '@toolloop/wire'
import { type Fact, isFact } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import type { PartStep } from '../facts/part.ts'
import { foldOf } from '../facts/read-log.ts'
import type { Distributor } from '../run/distributor.ts'
import { Level, type LoopState, runHasEnded } from '../run/level.ts'
import type { Batch } from '../run/scope.ts'
import { distributed, handedUp } from './distributed.ts'
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
  /** Where the definition of the parent has it. */
  readonly step?: PartStep | undefined
  /** An agent that may run elsewhere: its share of what the budgets have left is one of so many. */
  readonly places?: (() => number) | undefined
}

/**
 * Runs inside a task: `const value = yield* inside(place, opening)`. The batches go through the task to the root, which
 * logs them. Facts that the log holds for the path resume the run. Never throws: failures are the run's outcome.
 */
export async function* inside<State extends LoopState, Task extends { readonly key: string }, Value>(
  place: Place,
  opening: Opening<State, Task, Value>,
): AsyncGenerator<Batch, Value, void> {
  const { parent, segment, context = parent.context, signal, step, places } = place
  const { fold, begin, on, budget } = opening
  const { tree, watched, desk } = parent
  const path = pathOf(parent.path, segment)
  const past = tree.pastOf(path)
  const state = foldOf(past, fold)
  const controller = new AbortController()
  const scope = new MemoryScope(controller.signal)
  const at = step && tree.distributor && [...(parent.at ?? []), step]
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
    at,
  })
  if (budget) level.openBudget(budget)
  const unfollow = [parent.signal, ...(signal ? [signal] : [])].map((outer) => follow(outer, controller))
  const driver = on(level)
  let isHere = false
  parent.enter()
  try {
    const input = await begin(past, state)
    const { distributor } = parent
    if (input && at && places !== undefined && distributor && (past.length === 0 || tree.hasStarted(path)))
      isHere = yield* elsewhere({ parent, level, driver, distributor, places }, messagesIn([...past, ...input]))
    else if (input) yield* driven(parent, level, driver, input, scope)
  } finally {
    parent.leave()
    level.closeBudget()
    scope.close()
    for (const stop of unfollow) stop()
    driver.onEnd?.()
    controller.abort(runHasEnded)
  }
  return isHere ? yield* inside(place, opening) : await driver.result()
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

/** A run that another process runs: its state is the fold of the facts that arrive. Returns whether it goes on in this process. */
async function* elsewhere<State extends LoopState, Task extends { readonly key: string }, Value>(
  { parent, level, driver, distributor, places }: Elsewhere<State, Task, Value>,
  input: readonly Message[],
): AsyncGenerator<Batch, boolean, void> {
  const { machine } = driver
  const mark = { part: level.path, of: 'call' } as const
  const apply = (batch: Batch): void => {
    for (const one of batch)
      if (isFact(one) && one.seq >= 0 && one.path === level.path) level.state = machine.apply(level.state, one)
  }
  const place = { parent, mark, at: level.at ?? [], input, places, signal: level.signal }
  const events = distributed(place, distributor)
  let last: Fact | undefined
  try {
    let next = await events.next()
    for (; !next.done; next = await events.next()) {
      yield next.value
      apply(next.value)
    }
    if (next.value === 'here') return true
    if (level.state.status !== 'running') return false
    last = failed(new UsageError(`The part \`${level.path}\` ended as \`${next.value}\`, its agent did not.`))
  } catch (error) {
    last = failed(error)
  } finally {
    void events.return(undefined)
  }
  if (level.signal.aborted) last = aborted(level)
  level.mark([last])
  yield* handedUp(parent, [last])
  apply([last])
  return false
}

interface Elsewhere<State extends LoopState, Task extends { readonly key: string }, Value> {
  readonly parent: Level
  readonly level: Level<State>
  readonly driver: Driver<State, Task, Value>
  readonly distributor: Distributor
  readonly places: () => number
}

const messagesIn = (batch: Batch): readonly Message[] => {
  const start = batch.find((one) => one.type === 'run.start')
  return start?.type === 'run.start' ? start.input : []
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
