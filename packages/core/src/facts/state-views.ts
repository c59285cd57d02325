// What is read off a state.
import { deepFreeze, type Message } from '@toolloop/wire'
import { type CallState, saidIn, type Step, stepOf } from './open-step.ts'
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

/** For functions of the user: what is read here cannot be changed behind the log's back. */
export function frozen(state: RunState): RunState {
  return deepFreeze(state)
}
