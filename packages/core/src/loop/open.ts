import type { EventSource } from '@toolloop/client'
import { type Message, systemClock, UsageError } from '@toolloop/wire'
import type { AgentSpec } from '../agent/spec.ts'
import type { Desk } from '../approval/desk.ts'
import type { RunEvent } from '../facts/events.ts'
import { memoryLog, type RunLog } from '../facts/log.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import type { RunOptions } from '../run/options.ts'
import type { Result } from '../run/result.ts'
import { Run } from '../run/run.ts'
import { checkLog, checkSameRun, refusal, resumed, started } from './beginning.ts'
import { DrivenRun } from './driven-run.ts'
import { loop } from './loop.ts'
import { MemoryScope } from './memory-scope.ts'

type Options = RunOptions & {
  readonly context?: unknown
  /** Collects decisions while the run waits. */
  readonly desk?: Desk | undefined
}

/**
 * Validates the input and opens the run; nothing is sent yet. After its first fact is logged the run never rejects:
 * failures are outcomes.
 * @throws UsageError for missing input, or a log that does not fit
 */
export async function openRun<Output>(
  agent: AgentSpec,
  messages: readonly Message[],
  options: Options,
  watched: boolean,
): Promise<EventSource<RunEvent, Result<Output>>> {
  const log = options.from ?? options.log ?? memoryLog()
  if (inUse.has(log))
    throw new UsageError(
      'The log is in use: a run of this process writes to it and has not ended. Wait for its result or abort it; a new run needs a log of its own.',
    )
  inUse.add(log)
  try {
    return await openLog<Output>(agent, messages, log, options, watched)
  } catch (error) {
    inUse.delete(log)
    throw error
  }
}

/** Logs of runs that have not ended. Two runs on one log would send and execute everything twice. */
const inUse = new WeakSet<RunLog>()

async function openLog<Output>(
  agent: AgentSpec,
  messages: readonly Message[],
  log: RunLog,
  options: Options,
  watched: boolean,
): Promise<EventSource<RunEvent, Result<Output>>> {
  const past = await readLog(log)
  const first = checkLog(agent, past, options)
  if (!options.from && messages.length === 0)
    throw new UsageError('There is nothing to run: pass a text or messages, or `{ from: log }` to resume a run.')
  const state = stateOf(past)
  if (first && !options.from) checkSameRun(first, state, messages)
  const start = first
    ? await resumed(agent, past, state, options.from ? messages : [], options.decisions)
    : started(agent, messages)
  const controller = new AbortController()
  const scope = new MemoryScope(controller.signal)
  const run = new Run({
    agent,
    id: first?.run ?? options.runId ?? crypto.randomUUID(),
    context: options.context,
    signal: controller.signal,
    scope,
    clock: options.clock ?? systemClock,
    watched,
    state,
    desk: options.desk,
    seq: past.length,
  })
  return new DrivenRun<Output>(run, log, loop(run, log, start, scope), {
    controller,
    outer: options.signal,
    onEnd: () => inUse.delete(log),
    onRejected: (error) => refusal(log, start, past.length, error),
  })
}
