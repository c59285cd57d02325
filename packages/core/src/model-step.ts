import type { AssistantMessage, Usage } from '@toolloop/wire'
import { type Fact, fact, type RunEvent } from './events.ts'
import { failed } from './failure.ts'
import { planStep, type StepPlan } from './request.ts'
import type { Run } from './run.ts'
import { isEmpty, messagesOf } from './state.ts'
import { StepReader } from './step-reader.ts'
import { addUsage, costOf } from './usage.ts'

/** One model call: ends with `step.done`, with `step.cut`, or with the end of the run. */
export async function* modelStep(run: Run): AsyncGenerator<RunEvent[], void, void> {
  const { open } = run.state
  if (open && open.calls.length > 0) return yield [crashed(run)]
  let plan: StepPlan
  try {
    const enough = await whyStop(run)
    if (enough) return yield [enough]
    plan = await planStep(run)
  } catch (error) {
    return yield [failed(run, error)]
  }
  const { model, tools, toolChoice } = plan
  yield [
    fact({ type: 'step.start', step: run.state.step, model: model.name, tools, ...(toolChoice && { toolChoice }) }),
  ]
  yield* ask(run, plan)
}

/** The process died while this step streamed: what was sealed stands, the rest never was. */
function crashed({ state }: Run): Fact {
  const message = messagesOf(state).findLast((said) => said.role === 'assistant') as AssistantMessage
  return fact({ type: 'step.cut', step: state.step, reason: 'crash', message, usage: null })
}

async function whyStop({ agent, state }: Run): Promise<Fact | undefined> {
  const taken = state.steps.length - state.since
  if (taken > 0)
    for (const condition of agent.stopWhen)
      if (await condition(state))
        return fact({ type: 'run.done', outcome: { status: 'stopped', by: condition.name || 'stopWhen' } })
  if (taken >= agent.maxSteps)
    return fact({ type: 'run.done', outcome: { status: 'limit', kind: 'steps', allowed: agent.maxSteps } })
  return undefined
}

/** Asks until there is a message: a stream that broke off and an empty answer are asked again. */
async function* ask(run: Run, plan: StepPlan): AsyncGenerator<RunEvent[], void, void> {
  const { step } = run.state
  let spent: Usage | null = null
  let empty = 0
  for (let resets = 0; ;) {
    const reader = new StepReader(run, plan)
    run.cut = (reason) => (reader.holdsNothing ? undefined : reader.cut(reason))
    try {
      for await (const events of reader.read()) if (events.length > 0) yield events
    } catch (error) {
      if (run.signal.aborted) return // the loop writes the end
      run.cut = undefined
      if (reader.sealed.length > 0) return yield [reader.cut('connection')]
      if (reader.started && retryable(error) && resets < run.agent.stepRetries) {
        resets++
        yield [{ type: 'step.reset', step, reason: 'connection' }]
        continue
      }
      return yield reader.holdsNothing ? [failed(run, error)] : [reader.cut('connection'), failed(run, error)]
    }
    run.cut = undefined
    const { message, finish_reason, usage } = reader.end()
    spent = spent && usage ? addUsage(spent, usage) : (usage ?? spent)
    if (isEmpty(message) && finish_reason !== 'content_filter' && finish_reason !== 'length' && empty++ === 0) {
      yield [{ type: 'step.reset', step, reason: 'empty' }]
      continue
    }
    const cost = costOf(plan.model.price, spent)
    return yield [
      fact({ type: 'step.done', step, message, finish_reason, usage: spent, ...(cost !== undefined && { cost }) }),
    ]
  }
}

/** A broken stream may be asked again unless its error says that it would break again. */
const retryable = (error: unknown): boolean => (error as { retryable?: unknown } | null)?.retryable !== false
