import type { EventSource } from '@toolloop/client'
import { type Message, systemClock, UsageError } from '@toolloop/wire'
import { type Decision, type Fact, fact, type FactOf, type RunEvent } from './events.ts'
import { failed } from './failure.ts'
import { deepFreeze } from './freeze.ts'
import { memoryLog } from './log.ts'
import { type Batch, loop, type RunLog } from './loop.ts'
import { MemoryScope } from './memory-scope.ts'
import type { Result } from './result.ts'
import { resultOf } from './result-of.ts'
import type { RunOptions } from './run-options.ts'
import type { Run } from './run.ts'
import type { AgentSpec } from './spec.ts'
import { apply, asked, initialState } from './state.ts'
import { aborted } from './works.ts'

type Options = RunOptions & { readonly context?: unknown }

/**
 * Checks what the caller gave and opens the run; nothing is sent yet. From here on it never rejects: failures are outcomes.
 * @throws UsageError for wrong options, invalid messages, a log that does not fit
 */
export async function openRun<Output>(
  agent: AgentSpec,
  messages: readonly Message[],
  options: Options,
  deltas: boolean,
): Promise<EventSource<RunEvent, Result<Output>>> {
  const log = options.from ?? options.log ?? memoryLog()
  const past = await log.load()
  const first = checkLog(agent, past, options)
  if (!options.from && messages.length === 0)
    throw new UsageError('There is nothing to run: pass a text or messages, or `{ from: log }` to go on.')
  const controller = new AbortController()
  const run = makeRun(agent, past, options, controller.signal, deltas)
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
  return drive<Output>(run, log, start, controller, options.signal)
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
  const waiting = asked(state).map((item) => item.call.id)
  for (const [callId, decision] of Object.entries(decisions)) {
    if (!waiting.includes(callId))
      throw new UsageError(
        `\`decisions\` names the call ${JSON.stringify(callId)}, which does not wait for one; waiting: ${waiting.join(', ') || 'none'}.`,
      )
    batch.push(fact({ type: 'approval.decision', step: state.step, callId, decision: decisionOf(callId, decision) }))
  }
  for (const message of messages) batch.push(fact({ type: 'message.add', origin: 'caller', message }))
  return batch
}

/** A copy of a decision that says exactly one thing; anything else is refused, so that a slip never runs a tool. */
function decisionOf(callId: string, decision: unknown): Decision {
  const { approve, reason, result } = (decision ?? {}) as Record<string, unknown>
  if (approve === undefined && typeof result === 'string') return { result }
  if (approve === true && result === undefined) return { approve }
  if (approve === false && result === undefined && reason === undefined) return { approve }
  if (approve === false && result === undefined && typeof reason === 'string') return { approve, reason }
  throw new UsageError(
    `\`decisions\` answers the call ${JSON.stringify(callId)} with ${JSON.stringify(decision) ?? 'undefined'}; it must be { approve: true }, { approve: false, reason? } or { result: 'text' }.`,
  )
}

function makeRun(agent: AgentSpec, past: readonly Fact[], options: Options, signal: AbortSignal, deltas: boolean): Run {
  const clock = options.clock ?? systemClock
  const id = past[0]?.run ?? options.runId ?? crypto.randomUUID()
  let seq = (past.at(-1)?.seq ?? -1) + 1
  return {
    agent,
    id,
    context: options.context,
    signal,
    clock,
    deltas,
    state: past.reduce(apply, initialState),
    stamp: (made) => void deepFreeze(Object.assign(made, { seq: seq++, at: clock.now(), run: id })),
    cut: undefined,
    seen: { ids: new Set(), upTo: 0 },
    requests: new Map(),
    answers: new Map(),
  }
}

/** Runs the loop to its result; what breaks once the run is logged becomes the result's error. */
function drive<Output>(
  run: Run,
  log: RunLog,
  start: Batch,
  controller: AbortController,
  outer: AbortSignal | undefined,
): EventSource<RunEvent, Result<Output>> {
  const abort = (): void => controller.abort(outer?.reason)
  if (outer?.aborted) abort()
  outer?.addEventListener('abort', abort, { once: true })
  const events = loop(run, log, start, new MemoryScope(run.signal))
  const end = async (): Promise<IteratorReturnResult<Result<Output>>> => {
    outer?.removeEventListener('abort', abort)
    controller.abort(new UsageError('The run is over.'))
    return { done: true, value: await resultOf<Output>(run) }
  }
  const next = async (): Promise<IteratorResult<Batch, Result<Output>>> => {
    try {
      const result = await events.next()
      if (!result.done) return result
    } catch (error) {
      outer?.removeEventListener('abort', abort)
      if (run.state.run === '') throw error
      run.state = apply(run.state, controller.signal.aborted ? aborted(run) : failed(error))
    }
    return end()
  }
  return { events: { next }, abort: (reason) => controller.abort(reason) }
}
