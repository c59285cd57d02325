// What is read off a state.
import { deepFreeze, type Message } from '@toolloop/wire'
import type { ApprovalRequest } from './events.ts'
import { type CallState, saidIn, type Step, stepOf } from './open-step.ts'
import type { PrefixReport } from './prefix.ts'
import type { RunState } from './state.ts'
import { transcript } from './transcript.ts'

/** The conversation, valid to send at any moment: calls without a result are answered by a fixed note. */
export function messagesOf({ messages, open, inbox }: RunState): readonly Message[] {
  return messages.concat(open ? transcript(saidIn(open), open.calls) : [], inbox)
}

/** All steps; the one in flight as far as it is known. */
export const stepsOf = ({ steps, open, step, endedAt }: RunState): readonly Step[] =>
  open ? [...steps, stepOf(open, step, endedAt)] : steps

/** The calls that wait for somebody, in call order. */
export const asked = ({ open }: RunState): readonly CallState[] =>
  open?.calls.filter((item) => item.phase === 'asked') ?? []

/** The requests that nobody has decided, in call order. */
export const requestsOf = (state: RunState): ApprovalRequest[] => asked(state).flatMap((item) => item.request ?? [])

/** How far requests extended each other. */
export const prefixOf = ({ prefix: { requests, breaks } }: RunState): PrefixReport => ({ requests, breaks })

/** US dollars; `undefined` where a step's cost is unknown. */
export function costsOf(steps: readonly Step[]): number | undefined {
  let sum = 0
  for (const { cost } of steps) {
    if (cost === undefined) return undefined
    sum += cost
  }
  return sum
}

/** For functions of the user: what is read here cannot be changed behind the log's back. */
export function frozen(state: RunState): RunState {
  return deepFreeze(state)
}
