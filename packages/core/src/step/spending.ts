// The budget of a step: reserved before its request, counted while it streams.
import { finishOf, type FinishReason, UsageError } from '@toolloop/wire'
import type { Budget, Reservation, Spent, StepRequest } from '../control/budget.ts'
import type { Meter } from '../control/meter.ts'
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
  const spent = last?.calls.some((call) => call.reason === 'budget') ? level.budget?.noCalls : undefined
  return spent && exhausted(run, spent)
}

/** A step that may be sent, or the fact that none may. */
export type Spending = { plan: StepPlan; reservation: Reservation } | Fact | undefined

/**
 * Reserves the step, and limits its request to what is left. `undefined`: no budget counts tokens, or the run was aborted
 * while the step waited for what others give back. Returns a fact when nothing is left. `meter`: of an earlier attempt of
 * the step.
 */
export function reserve(run: Run, plan: StepPlan, meter?: Meter): Spending | Promise<Spending> {
  const { budget } = run.level
  if (!budget?.counts) return undefined
  const { path, signal } = run
  const { model, request } = plan
  if (budget.countsDollars && !budget.priceOf(model))
    throw new UsageError(
      `\`budget.usd\` needs the price of ${JSON.stringify(model.name)}: give the model a \`price\`, or pass \`budget.prices\`.`,
    )
  const spending = (reserved: Reservation | Spent | undefined): Spending => {
    if (!reserved) return undefined
    return 'owner' in reserved
      ? exhausted(run, reserved)
      : { plan: limited(plan, reserved.limit), reservation: reserved }
  }
  const reserved = reserveInTurn(budget, { path, request, model, isLast: run.state.wrapUp !== null, meter }, signal)
  return reserved instanceof Promise ? reserved.then(spending) : spending(reserved)
}

/** At once, or when others have given back enough of what they had reserved. `undefined`: it was aborted before. */
export function reserveInTurn(
  budget: Budget,
  step: StepRequest,
  signal: AbortSignal,
): Reservation | Spent | Promise<Reservation | Spent | undefined> {
  const made = budget.reserve(step)
  if (!('turns' in made)) return made
  return made.turns
    .wait(step.path, signal)
    .then(() => (signal.aborted ? undefined : reserveInTurn(budget, step, signal)))
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

/** The end of the run, or the message that asks for the last answer. Only the run that has the budget wraps up. */
export function exhausted({ state, path }: Run, { owner, exhausted: spent, wrapsUp }: Spent): Fact {
  if (path !== owner || state.wrapUp || !wrapsUp) return ended(state.wrapUp?.spent ?? spent)
  const content = 'The budget of this run is spent. Answer now, with what you know. You have no tools any more.'
  return fact({ type: 'message.add', origin: 'budget', exhausted: spent, message: adopt({ role: 'user', content }) })
}

const ended = (spent: Exhausted): Fact => fact({ type: 'run.done', outcome: { status: 'budget', ...spent } })

/** Whether the limit that the budget set ended the answer at the server. */
export const isCutByBudget = (meter: Meter, finishReason: FinishReason | null): boolean =>
  meter.byBudget && finishOf(finishReason) === 'truncated'
