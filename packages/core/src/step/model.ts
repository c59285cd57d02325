import { finishOf, StreamError, type Usage } from '@toolloop/wire'
import { misfitOf } from '../run/answer.ts'
import { bareAnswer } from '../facts/bare-answer.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { withContextHint } from '../run/context-hint.ts'
import { turn } from '../run/in-time.ts'
import type { Source } from '../run/scope.ts'
import { prefixOf } from './prefix.ts'
import { planStep, type StepPlan } from './request.ts'
import type { Run } from '../run/run.ts'
import { saidIn } from '../facts/open-step.ts'
import { frozen } from '../facts/state-views.ts'
import { StepReader } from './reader.ts'

/** One model call: ends with `step.done`, with `step.cut`, or with the end of the run. */
export async function* modelStep(run: Run): Source {
  const { open, step } = run.state
  if (open && open.calls.length > 0) return [crashed(run)]
  let plan: StepPlan
  try {
    // Nothing is waited for where no function has a say.
    const why = whyStop(run)
    const enough = why instanceof Promise ? await why : why
    if (enough) return [enough]
    const planned = planStep(run)
    plan = planned instanceof Promise ? await planned : planned
  } catch (error) {
    return [failed(withContextHint(run, 'A hook', error))]
  }
  const { model, tools, toolChoice } = plan
  const prefix = prefixOf(run, plan)
  yield [
    fact({
      type: 'step.start',
      step,
      model: model.name,
      tools,
      ...(toolChoice && { toolChoice }),
      ...(prefix && { prefix }),
    }),
    ...(prefix?.breaks ?? []).map((one) => ({ type: 'prefix.break' as const, step, ...one })),
  ]
  run.requests[step] = plan.parts

  // Asked until there is a message. One generator, no nesting: this is the way of every delta.
  const tries: Tries = { resets: 0, empty: 0, spent: null }
  for (;;) {
    const reader = new StepReader(run, plan, tries.spent)
    run.reading = reader
    let verdict: Verdict
    let source: ReturnType<StepReader['open']> | undefined
    try {
      source = reader.open()
      let batches = 0
      for (let next = await source.next(); !next.done; next = await source.next()) {
        if (++batches % 1024 === 0) await turn() // a source that never waits must not starve timers and aborts
        const events = reader.push(next.value)
        if (events.length > 0) yield events
      }
      source = undefined // it has ended by itself
      verdict = onAnswer(run, reader, tries)
    } catch (error) {
      verdict = onFailure(run, reader, tries, error)
    } finally {
      if (source) void leave(source)
    }
    if (run.signal.aborted) return // the loop writes the end
    run.reading = undefined
    if (!verdict.again) return verdict.events
    yield verdict.events
  }
}

/** The process died while this step streamed: what was sealed stands, the rest never was. */
function crashed({ state }: Run): Fact {
  return fact({ type: 'step.cut', step: state.step, reason: 'crash', message: saidIn(state.open!), usage: null })
}

/** The end of the run, where there is a reason not to ask. */
function whyStop(run: Run): Fact | undefined | Promise<Fact | undefined> {
  const { agent, state } = run
  // In `tool` mode a refused answer is an ordinary call: here it shows that there were too many of them.
  if (agent.output && state.asks > agent.output.retries) return misfitOf(run, state.steps.at(-1)!).then(failed)
  // A stream that broke behind its calls is asked on, but not for ever, and not when it would break again.
  const cut = state.cuts.at(-1)
  if (cut && (cut.retryable === false || state.cuts.length > agent.stepRetries))
    return fact({ type: 'run.done', outcome: { status: 'error', error: cut } })
  const taken = state.steps.length - state.since
  const limit =
    taken >= agent.maxSteps
      ? fact({ type: 'run.done', outcome: { status: 'limit', kind: 'steps', allowed: agent.maxSteps } })
      : undefined
  return taken > 0 && agent.stopWhen.length > 0 ? stopped(run).then((stop) => stop ?? limit) : limit
}

async function stopped({ agent, state }: Run): Promise<Fact | undefined> {
  for (const condition of agent.stopWhen)
    if (await condition(frozen(state)))
      return fact({ type: 'run.done', outcome: { status: 'stopped', by: condition.name || 'stopWhen' } })
  return undefined
}

/** What earlier tries of this step came to. */
interface Tries {
  resets: number
  empty: number
  spent: Usage | null
}

interface Verdict {
  readonly events: RunEvent[]
  readonly again: boolean
}

/** The step is done; a bare answer is retried once, and one that its server broke off is a failure. That a content is complete is told with the fact that says so. */
function onAnswer(run: Run, reader: StepReader, tries: Tries): Verdict {
  const { step } = run.state
  const last = reader.finish()
  const end = reader.end()
  if (finishOf(end.finish_reason) === 'failed') return onFailure(run, reader, tries, brokenOff(end.finish_reason))
  if (bareAnswer(end.message, end.finish_reason) !== undefined && tries.empty++ === 0)
    return again(reader, tries, ...last, { type: 'step.reset', step, reason: 'empty' })
  return { again: false, events: [...last, fact({ type: 'step.done', step, ...end })] }
}

const brokenOff = (reason: string | null): StreamError =>
  new StreamError(`The server broke the answer off: finish_reason ${JSON.stringify(reason)}.`)

/** What was sealed stands; else a stream that broke off is asked again, and at last the run fails. */
function onFailure({ state, agent, signal }: Run, reader: StepReader, tries: Tries, error: unknown): Verdict {
  if (signal.aborted) return { again: false, events: [] }
  reader.keepBeside(error)
  const cut = reader.cut('connection', error)
  if (cut && reader.sealed.length > 0) return { again: false, events: [cut] }
  if (reader.started && retryable(error) && tries.resets++ < agent.stepRetries)
    return again(reader, tries, { type: 'step.reset', step: state.step, reason: 'connection' })
  return { again: false, events: [...(cut ? [cut] : []), failed(error)] }
}

function again(reader: StepReader, tries: Tries, ...events: RunEvent[]): Verdict {
  tries.spent = reader.usage
  return { again: true, events }
}

/** A broken stream may be asked again unless its error says that it would break again. */
const retryable = (error: unknown): boolean => {
  try {
    return (error as { retryable?: unknown } | null)?.retryable !== false
  } catch {
    return false // an error that throws when it is touched
  }
}

/** Tells a source that nobody comes back. What it makes of that is its own affair. */
async function leave(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // The answer is complete, or its error is known.
  }
}
