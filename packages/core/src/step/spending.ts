// The budget of a step: reserved before its request, counted while it streams.
import { finishOf, type FinishReason, UsageError } from '@toolloop/wire'
import { priceOf } from '../agent/budget.ts'
import type { Meter, Reservation } from '../control/budget.ts'
import { type Fact, fact } from '../facts/events.ts'
import type { Exhausted } from '../facts/outcome.ts'
import { adopt } from '../facts/own-message.ts'
import type { Run } from '../run/run.ts'
import type { StepPlan } from './request.ts'

/** The reason not to send another request, known before it is planned: no call is left, and the model wanted one. */
export function noCallsLeft(run: Run): Fact | undefined {
  const { state, level } = run
  const last = state.steps.at(-1)
  // The last step had no tools; a model that calls one all the same gets no second chance.
  const { wrapUp } = state
  if (wrapUp && state.steps.length > wrapUp.from && last?.calls.some((call) => !call.final)) return ended(wrapUp.spent)
  if (wrapUp) return undefined
  const spent = last?.calls.some((call) => call.reason === 'budget') ? level.tree.budget?.noCalls : undefined
  return spent && exhausted(run, spent)
}

/** Reserves the step, and limits its request to what is left. `undefined`: no budget counts tokens. Returns a fact when nothing is left. */
export function reserve(run: Run, plan: StepPlan): { plan: StepPlan; reservation: Reservation } | Fact | undefined {
  const { budget } = run.level.tree
  if (!budget?.counts) return undefined
  const price = priceOf(budget.options, plan.model)
  if (budget.options.usd !== undefined && !price)
    throw new UsageError(
      `\`budget.usd\` needs the price of ${JSON.stringify(plan.model.name)}: give the model a \`price\`, or pass \`budget.prices\`.`,
    )
  const reservation = budget.reserve(run.path, plan.request, price, run.state.wrapUp !== null)
  if ('dimension' in reservation) return exhausted(run, reservation)
  return { plan: limited(plan, reservation.limit), reservation }
}

function limited(plan: StepPlan, limit: number | undefined): StepPlan {
  if (limit === undefined) return plan
  const field = plan.request.max_tokens === undefined ? 'max_completion_tokens' : 'max_tokens'
  const { request, parts } = plan
  return {
    ...plan,
    request: { ...request, [field]: limit },
    parts: { ...parts, rest: { ...parts.rest, [field]: limit } },
  }
}

/** The end of the run, or the message that asks for the last answer. Only the root wraps up: the reserve is its own. */
export function exhausted(run: Run, spent: Exhausted): Fact {
  const { state, level, path } = run
  if (path !== '' || state.wrapUp || level.tree.budget?.options.onExhausted !== 'wrapUp')
    return ended(state.wrapUp?.spent ?? spent)
  const content = 'The budget of this run is spent. Answer now, with what you know. You have no tools any more.'
  return fact({ type: 'message.add', origin: 'budget', exhausted: spent, message: adopt({ role: 'user', content }) })
}

const ended = (spent: Exhausted): Fact => fact({ type: 'run.done', outcome: { status: 'budget', ...spent } })

/** Whether the limit that the budget set ended the answer at the server. */
export const isCutByBudget = (meter: Meter, finishReason: FinishReason | null): boolean =>
  meter.byBudget && finishOf(finishReason) === 'truncated'
