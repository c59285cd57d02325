// Values computed from a state.
import { deepFreeze, type Message } from '@toolloop/wire'
import type { ApprovalRequest } from './events.ts'
import { type CallState, messageIn, type Step, stepOf } from './open-step.ts'
import type { PrefixReport } from './prefix.ts'
import type { RunState } from './state.ts'
import { transcript } from './transcript.ts'
import { addCallUsage, type RunUsage, usageOf } from './usage.ts'

/** The conversation, valid to send at any moment: a call without a result gets a fixed note as its tool message. */
export function messagesOf({ messages, open, inbox }: RunState): readonly Message[] {
  return messages.concat(open ? transcript(messageIn(open), open.calls) : [], inbox)
}

/** All steps. The open step comes last, as far as it is known. */
export const stepsOf = ({ steps, open, step, endedAt }: RunState): readonly Step[] =>
  open ? [...steps, stepOf(open, step, endedAt)] : steps

/** The calls that wait for a decision, in call order. */
export const asked = ({ open }: RunState): readonly CallState[] =>
  open?.calls.filter((item) => item.phase === 'asked') ?? []

/** The calls whose agents wait for decisions, in call order. */
export const paused = ({ open }: RunState): readonly CallState[] =>
  open?.calls.filter((item) => item.phase === 'paused') ?? []

/** The pending requests, in call order. */
export const requestsOf = (state: RunState): ApprovalRequest[] => asked(state).flatMap((item) => item.request ?? [])

/** How many requests the run sent, and which of them did not extend the one before. */
export const prefixOf = ({ prefix: { requests, breaks } }: RunState): PrefixReport => ({ requests, breaks })

/** US dollars; `undefined` where a step's cost is unknown. */
function costsOf(steps: readonly Step[]): number | undefined {
  let sum = 0
  for (const { cost } of steps) {
    if (cost === undefined) return undefined
    sum += cost
  }
  return sum
}

/** Usage and cost of a run itself: of its steps, and of the models that shortened its conversation. */
export function ownTotals(state: RunState): { readonly usage: RunUsage; readonly cost: number | undefined } {
  const steps = stepsOf(state)
  let usage = usageOf(steps)
  let cost = costsOf(steps)
  for (const { asked: calls } of state.compactions)
    for (const call of calls) {
      usage = addCallUsage(usage, call)
      cost = cost === undefined || call.cost === undefined ? undefined : cost + call.cost
    }
  return { usage, cost }
}

/** Freezes a state for the user's functions: only facts may change a state. */
export function frozen(state: RunState): RunState {
  return deepFreeze(state)
}
