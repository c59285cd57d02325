import type { EventSource } from '@toolloop/client'
import { deepFreeze, isDeepFrozen, type Message, systemClock, UsageError } from '@toolloop/wire'
import { type ApprovalRequest, type Decision, type Fact, fact, type FactOf, type RunEvent } from '../facts/events.ts'
import { DrivenRun } from './driven-run.ts'
import { memoryLog, type RunLog } from '../facts/log.ts'
import { loop } from './loop.ts'
import { MemoryScope } from './memory-scope.ts'
import type { Result } from '../run/result.ts'
import type { RunOptions } from '../run/options.ts'
import { Run } from '../run/run.ts'
import type { AgentSpec } from '../agent/spec.ts'
import type { Batch } from '../run/scope.ts'
import { apply, initialState, type RunState } from '../facts/state.ts'
import { asked } from '../facts/state-views.ts'

type Options = RunOptions & { readonly context?: unknown }

/**
 * Checks what the caller gave and opens the run; nothing is sent yet. Once its first fact is logged it never rejects:
 * failures are outcomes.
 * @throws UsageError for wrong options, invalid messages, a log that does not fit
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

/** Logs of runs that have not ended: two runs on one log would do everything twice. */
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
    throw new UsageError('There is nothing to run: pass a text or messages, or `{ from: log }` to go on.')
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
    state: stateOf(past),
    seq: past.length,
  })
  const start: Batch = first
    ? resumption(run, first, messages, options)
    : [
        fact({
          type: 'run.start',
          version: 1,
          agent: { name: agent.name, fingerprint: agent.fingerprint },
          input: messages,
        }),
      ]
  return new DrivenRun<Output>(run, log, loop(run, log, start, scope), {
    controller,
    outer: options.signal,
    onEnd: () => inUse.delete(log),
  })
}

/** What was read is the caller's, who may change it; a copy cannot change, so that it is written once. */
async function readLog(log: RunLog): Promise<readonly Fact[]> {
  const past: unknown = await log.load()
  if (!Array.isArray(past))
    throw new UsageError(
      `\`load\` of the log answered with ${past === null ? 'null' : typeof past}; it must be an array of facts, an empty one for a new log.`,
    )
  return Array.from(past as Fact[], unchanging)
}

function unchanging(past: Fact, at: number): Fact {
  try {
    return isDeepFrozen(past) ? past : deepFreeze(JSON.parse(JSON.stringify(past)) as Fact)
  } catch (cause) {
    throw new UsageError(`The log is damaged: fact ${at} is not plain JSON, or nests too deeply.`, { cause })
  }
}

function checkLog(
  agent: AgentSpec,
  past: readonly Fact[],
  { from, log, decisions }: Options,
): FactOf<'run.start'> | undefined {
  const [first] = past
  if (!from) {
    if (first && log)
      throw new UsageError(
        `The log holds run \`${first.run}\` already: pass it as \`from\` to go on, or pass an empty log.`,
      )
    if (decisions) throw new UsageError('`decisions` answer the requests of an earlier run: pass its log as `from`.')
    return undefined
  }
  if (first?.type !== 'run.start')
    throw new UsageError('The log given as `from` does not begin with `run.start`; there is nothing to resume.')
  if (first.version !== 1)
    throw new UsageError(`The log is of format ${String(first.version)}; this version reads format 1.`)
  if (first.agent.name !== agent.name)
    throw new UsageError(`The log is of the agent \`${first.agent.name}\`, not of \`${agent.name}\`.`)
  return first
}

/** What is new when an earlier run goes on. */
function resumption(
  { agent, state }: Run,
  first: FactOf<'run.start'>,
  messages: readonly Message[],
  { decisions = {} }: Options,
): Batch {
  const { name, fingerprint } = agent
  const batch: RunEvent[] = [fact({ type: 'run.resume', agent: { name, fingerprint } })]
  if (first.agent.fingerprint !== fingerprint)
    batch.push({ type: 'resume.drift', was: first.agent.fingerprint, is: fingerprint })
  const waiting = new Map(asked(state).map((item) => [item.call.id, item.request?.kind]))
  for (const [callId, decision] of Object.entries(decisions)) {
    if (!waiting.has(callId))
      throw new UsageError(
        `\`decisions\` names the call ${JSON.stringify(callId)}, which does not wait for one; waiting: ${[...waiting.keys()].join(', ') || 'none'}.`,
      )
    batch.push(
      fact({
        type: 'approval.decision',
        step: state.step,
        callId,
        decision: decisionOf(callId, decision, waiting.get(callId)),
      }),
    )
  }
  for (const message of messages) batch.push(fact({ type: 'message.add', origin: 'caller', message }))
  return batch
}

/** A copy of a decision that says exactly one thing; anything else is refused, so that a slip never runs a tool. */
function decisionOf(callId: string, decision: unknown, kind: ApprovalRequest['kind'] | undefined): Decision {
  const { approve, reason, result } = (decision ?? {}) as Record<string, unknown>
  if (approve === undefined && typeof result === 'string') return { result }
  if (approve === true && kind === 'external')
    throw new UsageError(
      `The call ${JSON.stringify(callId)} is of a tool without \`execute\`: answer it with { result: 'text' }, or { approve: false }.`,
    )
  if (approve === true && result === undefined) return { approve }
  if (approve === false && result === undefined && reason === undefined) return { approve }
  if (approve === false && result === undefined && typeof reason === 'string') return { approve, reason }
  throw new UsageError(
    `\`decisions\` answers the call ${JSON.stringify(callId)} with ${JSON.stringify(decision) ?? 'undefined'}; it must be { approve: true }, { approve: false, reason? } or { result: 'text' }.`,
  )
}

function stateOf(past: readonly Fact[]): RunState {
  let state = initialState
  for (const [at, one] of past.entries()) {
    if (typeof one?.seq === 'number' && one.seq < at && past[one.seq]?.seq === one.seq)
      throw new UsageError(
        `Two runs wrote to this log at once: the number ${one.seq} is there twice, in facts ${one.seq} and ${at}. A log serves one run at a time: let its store refuse a second fact of the same \`run\` and \`seq\`.`,
      )
    if (one?.seq !== at)
      throw new UsageError(
        `The log is damaged: fact ${at} has the number ${String(one?.seq)}; one before it is missing, or it is not a fact.`,
      )
    if (typeof one.at !== 'number')
      throw new UsageError(
        `The log is damaged: fact ${at} is of the time ${JSON.stringify(one.at) ?? 'undefined'}; \`at\` must be milliseconds since 1970.`,
      )
    try {
      state = apply(state, one)
    } catch (error) {
      throw new UsageError(`The log is damaged: fact ${at} (\`${one?.type}\`) does not fit what comes before it.`, {
        cause: error,
      })
    }
  }
  return state
}
