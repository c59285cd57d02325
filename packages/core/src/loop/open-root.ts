// The root of a tree of runs: reads its log, opens its level.
import type { EventSource } from '@toolloop/client'
import { systemClock, UsageError } from '@toolloop/wire'
import type { Desk } from '../approval/desk.ts'
import type { Mailbox } from '../control/mailbox.ts'
import type { RunEvent } from '../facts/events.ts'
import { memoryLog, type RunLog } from '../facts/log.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { type Distributor, distribution } from '../run/distributor.ts'
import { Level, type LoopState } from '../run/level.ts'
import type { RunOptions } from '../run/options.ts'
import { Tree } from '../run/tree.ts'
import { refusal } from './beginning.ts'
import { DrivenRun } from './driven-run.ts'
import { loop } from './loop.ts'
import type { Opening } from './machine.ts'
import { MemoryScope } from './memory-scope.ts'

export type OpenOptions = RunOptions & {
  readonly context?: unknown
  /** Collects decisions while the run waits. */
  readonly desk?: Desk | undefined
  /** Messages from outside. */
  readonly mailbox?: Mailbox | undefined
  /** Runs parts elsewhere. */
  readonly [distribution]?: Distributor | undefined
}

/**
 * Opens the root; nothing is sent yet. After its first fact is logged the run never rejects: failures are outcomes.
 * `watched`: a consumer reads the events.
 * @throws UsageError for a log that cannot be used, and what `begin` throws
 */
export async function openRoot<State extends LoopState, Task extends { readonly key: string }, Value>(
  opening: Opening<State, Task, Value>,
  options: OpenOptions,
  watched: boolean,
): Promise<EventSource<RunEvent, Value>> {
  const log = options.from ?? options.log ?? memoryLog()
  if (inUse.has(log))
    throw new UsageError(
      'The log is in use: a run of this process writes to it and has not ended. Wait for its result or abort it; a new run needs a log of its own.',
    )
  inUse.add(log)
  try {
    return await openLog(opening, log, options, watched)
  } catch (error) {
    inUse.delete(log)
    throw error
  }
}

/** Logs of runs that have not ended. Two runs on one log would send and execute everything twice. */
const inUse = new WeakSet<RunLog>()

async function openLog<State extends LoopState, Task extends { readonly key: string }, Value>(
  { fold, begin, on, budget, at }: Opening<State, Task, Value>,
  log: RunLog,
  { context, runId, clock = systemClock, signal: outer, desk, [distribution]: distributor }: OpenOptions,
  watched: boolean,
): Promise<EventSource<RunEvent, Value>> {
  const past = await readLog(log)
  const state = stateOf(past, fold)
  const start = (await begin(past, state)) ?? []
  const controller = new AbortController()
  const { signal } = controller
  const scope = new MemoryScope(signal)
  const tree = new Tree(past[0]?.run ?? runId ?? crypto.randomUUID(), clock, past, distributor)
  tree.remember(start.filter((event) => 'seq' in event))
  const abort = (reason: unknown): void => controller.abort(reason)
  const level = new Level<State>({ tree, path: '', context, signal, scope, watched, desk, state, abort, at })
  if (budget) level.openBudget(budget)
  const driver = on(level)
  const free = (): void => void inUse.delete(log)
  return new DrivenRun<State, Task, Value>(level, driver, log, loop(level, driver.machine, log, start, scope), {
    controller,
    outer,
    onEnd: () => {
      // A write that hangs may still end: until then no other run may write.
      if (level.writing && level.written) level.written.then(free, free)
      else free()
      level.closeBudget()
    },
    onRejected: (error) => refusal(log, start, past.length, error),
  })
}
