import { finishOf, StreamError, type Usage } from '@toolloop/wire'
import { misfitOf } from '../run/answer.ts'
import type { Reservation } from '../control/budget.ts'
import { cycleIn, warningOf } from '../control/cycle.ts'
import type { Meter } from '../control/meter.ts'
import { bareAnswer } from '../facts/bare-answer.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { adopt } from '../facts/own-message.ts'
import { withContextHint } from '../run/context-hint.ts'
import { turn } from '../run/in-time.ts'
import type { Source } from '../run/scope.ts'
import { compacted } from './compact.ts'
import { prefixOf } from './prefix.ts'
import { planStep, type StepPlan } from './request.ts'
import type { Run } from '../run/run.ts'
import { messageIn } from '../facts/open-step.ts'
import { frozen } from '../facts/state-views.ts'
import { FallbackError } from '../models/fallback-error.ts'
import { exhausted, isCutByBudget, noCallsLeft, reserve } from './spending.ts'
import { HeldAnswer } from './held-answer.ts'
import { StepReader } from './reader.ts'

/** One model call: ends with `step.done`, with `step.cut`, or with the end of the run. */
export async function* modelStep(run: Run): Source {
  const { open, step } = run.state
  if (open && open.calls.length > 0) return [crashed(run)]
  let plan: StepPlan
  let reservation: Reservation | undefined
  try {
    // Awaited only when a user's function is asynchronous: otherwise no turn is lost.
    const end = endBefore(run)
    const enough = end instanceof Promise ? await end : end
    if (enough) return [enough]
    const shorter = run.agent.compact && (await compacted(run, run.agent.compact))
    if (shorter) return [shorter]
    const planned = planStep(run)
    plan = planned instanceof Promise ? await planned : planned
    const reserving = reserve(run, plan)
    const spending = reserving instanceof Promise ? await reserving : reserving
    if (run.signal.aborted) return
    if (spending && 'seq' in spending) return [spending]
    if (spending) ({ plan, reservation } = spending)
  } catch (error) {
    if (run.signal.aborted) return
    return [failed(withContextHint(run, 'A hook', error))]
  }
  const { model, tools, added, toolChoice } = plan
  const prefix = prefixOf(run, plan)
  yield [
    fact({
      type: 'step.start',
      step,
      model: model.name,
      ...(run.team.size > 1 && { agent: run.agent.name }),
      tools,
      ...(added && { added }),
      ...(toolChoice && { toolChoice }),
      ...(reservation && { reserved: reservation.reserved }),
      ...(prefix && { prefix }),
    }),
    ...(prefix?.breaks ?? []).map((one) => ({ type: 'prefix.break' as const, ...run.level.runMark, step, ...one })),
  ]
  run.requests[step] = plan.parts

  // Retries until there is a message. One generator without nesting: every delta passes through it.
  const attempts: Attempts = { resets: 0, empty: 0, usage: null }
  const meter = reservation?.meter
  const { blockingOutput = [] } = run.agent.guardrails ?? {}
  const held = blockingOutput.length > 0 ? new HeldAnswer(run, blockingOutput) : undefined
  for (;;) {
    const reader = new StepReader(run, plan, attempts.usage, meter)
    run.reading = held ? held.attempt(reader) : reader
    let verdict: Verdict
    let source: ReturnType<StepReader['open']> | undefined
    try {
      source = reader.open()
      let batches = 0
      for (let next = await source.next(); !next.done; next = await source.next()) {
        if (++batches % 1024 === 0) await turn() // a source that never waits must not starve timers and aborts
        const events = reader.push(next.value)
        if (held) held.add(events)
        else if (events.length > 0) yield events
        if (meter?.isOver) break
      }
      if (meter?.isOver) void cancel(source)
      source = undefined // it has ended: nothing to return
      verdict = onAnswer(run, reader, attempts, meter)
    } catch (error) {
      verdict = onFailure(run, reader, attempts, error)
    } finally {
      if (source) void cancel(source)
    }
    if (run.signal.aborted) return // the loop logs the end
    const events = held ? await held.release(verdict.events) : verdict.events
    run.reading = undefined
    if (!verdict.again) return events
    if (!events) return // aborted while the guardrails checked the answer
    const reserving = meter && reserve(run, plan, meter)
    const more = reserving instanceof Promise ? await reserving : reserving
    if (run.signal.aborted) return
    if (more && 'seq' in more) return [...events, more]
    if (more) ({ plan } = more)
    yield events
  }
}

/** The process died while this step streamed. The sealed calls are kept, the rest is lost. */
function crashed({ state }: Run): Fact {
  const { servedBy } = state.open!
  const message = messageIn(state.open!)
  const answeredBy = servedBy === undefined ? {} : { servedBy }
  return fact({ type: 'step.cut', step: state.step, reason: 'crash', message, usage: null, ...answeredBy })
}

/** The end of the run, or a message before the next request, when there is a reason not to send it now. */
function endBefore(run: Run): Fact | undefined | Promise<Fact | undefined> {
  const { agent, root, state } = run
  // In `tool` mode a rejected answer is an ordinary call, so its retries are counted here.
  if (agent.output && state.asks > agent.output.retries) return misfitOf(run, state.steps.at(-1)!).then(failed)
  // After a stream that broke behind a complete call the run continues, within `stepRetries`, unless a retry would fail.
  const cut = state.cuts.at(-1)
  if (cut && (cut.retryable === false || state.cuts.length > agent.stepRetries))
    return fact({ type: 'run.done', outcome: { status: 'error', error: cut } })
  const spent = run.level.budget && noCallsLeft(run)
  // The last step of a spent budget is taken whatever else would end the run.
  if (spent || state.wrapUp) return spent
  const taken = state.steps.length - state.since
  const own = state.handover?.steps !== state.steps.length // the conditions of the agent before were evaluated
  const limit =
    taken >= root.maxSteps
      ? fact({ type: 'run.done', outcome: { status: 'limit', kind: 'steps', allowed: root.maxSteps } })
      : circling(run)
  return own && taken > 0 && agent.stopWhen.length > 0 ? stopped(run).then((stop) => stop ?? limit) : limit
}

/** A model that repeats itself is warned; if it goes on, the run ends. */
function circling({ agent, state }: Run): Fact | undefined {
  const cycle = agent.cycleGuard ? cycleIn(state) : undefined
  if (!cycle) return undefined
  if (cycle.do === 'warn')
    return fact({
      type: 'message.add',
      origin: 'cycle',
      message: adopt({ role: 'user', content: warningOf(cycle) }),
    })
  const { period, calls } = cycle
  return fact({ type: 'run.done', outcome: { status: 'limit', kind: 'cycle', period, calls } })
}

/** The end of the run when one of the holder's conditions holds. */
export async function stopped({ agent, state }: Run): Promise<Fact | undefined> {
  for (const condition of agent.stopWhen)
    if (await condition(frozen(state)))
      return fact({ type: 'run.done', outcome: { status: 'stopped', by: condition.name || 'stopWhen' } })
  return undefined
}

/** What the earlier attempts of this step used up. */
interface Attempts {
  resets: number
  empty: number
  usage: Usage | null
}

interface Verdict {
  readonly events: RunEvent[]
  readonly again: boolean
}

/** The step is done. An empty answer is retried once; an answer that the server broke off is a failure. `content.done` is emitted in the batch of `step.done`. */
function onAnswer(run: Run, reader: StepReader, attempts: Attempts, meter: Meter | undefined): Verdict {
  const { step } = run.state
  if (meter?.isOver)
    return meter.byBudget
      ? onSpent(run, reader)
      : { again: false, events: [fact({ type: 'step.done', step, ...reader.end('length') })] }
  const last = reader.finish()
  const end = reader.end()
  if (meter && isCutByBudget(meter, end.finish_reason)) return onSpent(run, reader, last)
  if (finishOf(end.finish_reason) === 'failed') return onFailure(run, reader, attempts, brokenOff(end.finish_reason))
  if (bareAnswer(end.message, end.finish_reason) !== undefined && attempts.empty++ === 0)
    return again(reader, attempts, ...last, { type: 'step.reset', ...run.level.runMark, step, reason: 'empty' })
  return { again: false, events: [...last, fact({ type: 'step.done', step, ...end })] }
}

/** What the answer may use is spent: the step ends as cut. Complete calls run; then, or at once, the run ends or wraps up. */
function onSpent(run: Run, reader: StepReader, last: RunEvent[] = []): Verdict {
  const cut = reader.cut('budget')
  if (cut && reader.sealed.length > 0) return { again: false, events: [...last, cut] }
  const spent = run.level.budget!.spentWith(cut)
  return { again: false, events: [...last, ...(cut ? [cut] : []), exhausted(run, spent)] }
}

const brokenOff = (reason: string | null): StreamError =>
  new StreamError(`The server broke the answer off: finish_reason ${JSON.stringify(reason)}.`)

/** Sealed calls are kept: the step ends as cut. Without them a broken stream is retried; after the last retry the run fails. */
function onFailure(run: Run, reader: StepReader, attempts: Attempts, error: unknown): Verdict {
  const { agent, signal } = run
  if (signal.aborted) return { again: false, events: [] }
  reader.keepBeside(error)
  const cut = reader.cut('connection', error)
  if (cut && reader.sealed.length > 0) return { again: false, events: [cut] }
  const reason = error instanceof FallbackError ? 'fallback' : 'connection'
  if (reader.started && (reason === 'fallback' || (retryable(error) && attempts.resets++ < agent.stepRetries)))
    return again(reader, attempts, { type: 'step.reset', ...run.level.runMark, step: run.state.step, reason })
  return { again: false, events: [...(cut ? [cut] : []), failed(error)] }
}

function again(reader: StepReader, attempts: Attempts, ...events: RunEvent[]): Verdict {
  reader.leave()
  attempts.usage = reader.usage
  return { again: true, events }
}

/** A broken stream is retried unless its error has `retryable: false`. */
const retryable = (error: unknown): boolean => {
  try {
    return (error as { retryable?: unknown } | null)?.retryable !== false
  } catch {
    return false // an error whose property throws
  }
}

/** Cancels a source. Its errors are ignored: they come after the end. */
async function cancel(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // The answer is complete, or its error is known.
  }
}
