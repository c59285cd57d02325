// The run's state: `facts.reduce(apply, initialState)`. Pure; what `decide` and the result are computed from.
import type { Message } from '@toolloop/wire'
import type { Decision, Fact } from './events.ts'
import { begin, isAnswer, type OpenStep, type Step, stepOf, withCall, withMessage, withSealed } from './open-step.ts'
import type { Failure, Outcome } from './outcome.ts'
import { afterStart, noPrefix, type PrefixState } from './prefix.ts'
import { transcript } from './transcript.ts'

export interface RunState {
  readonly run: string
  readonly status: 'running' | 'paused' | 'done'
  /** Closed steps only: always a valid request. */
  readonly messages: readonly Message[]
  readonly steps: readonly Step[]
  /** The number of the open step, or of the next. */
  readonly step: number
  readonly open: OpenStep | null
  /** Said while a step was open: goes behind its tool messages. */
  readonly inbox: readonly Message[]
  /** The last closed step was an answer: nothing is left to do but to finish. */
  readonly answered: boolean
  /** How often the answer was asked for again because it did not fit. */
  readonly asks: number
  /** The errors of the last steps, as far back as each broke off behind its calls. */
  readonly cuts: readonly Failure[]
  /** Ids of the requests that were decided. */
  readonly decided: readonly string[]
  /** How many steps were closed when the last question was asked, or a limit lifted: limits count from here. */
  readonly since: number
  /** What is known of the last request, and where requests did not extend each other. */
  readonly prefix: PrefixState
  readonly outcome: Outcome | null
  readonly startedAt: number
  readonly endedAt: number
}

export const initialState: RunState = {
  run: '',
  status: 'running',
  messages: [],
  steps: [],
  step: 0,
  open: null,
  inbox: [],
  answered: false,
  asks: 0,
  cuts: [],
  decided: [],
  since: 0,
  prefix: noPrefix,
  outcome: null,
  startedAt: 0,
  endedAt: 0,
}

export function apply(before: RunState, fact: Fact): RunState {
  const state = { ...before, endedAt: fact.at }
  const { open, steps } = state
  switch (fact.type) {
    case 'run.start':
      return { ...state, run: fact.run, messages: fact.input, startedAt: fact.at }
    case 'run.resume': {
      // What ended or waited has another round of tries, and of steps where these ended it; what broke off has what is left.
      const ended = before.outcome?.status
      const since = ended === 'limit' || ended === 'stopped' ? steps.length : state.since
      const answered = state.answered && ended !== 'error'
      const again = before.status !== 'running' && { asks: 0, cuts: [] }
      return { ...state, status: 'running', outcome: null, since, answered, ...again }
    }
    case 'step.start': {
      // Asked from what is known now, also what was said since an earlier try of this step.
      const messages = said(state)
      const prefix = afterStart(state.prefix, fact, messages.length)
      return { ...state, messages, inbox: [], open: begin(fact), prefix }
    }
    case 'call.sealed':
      return { ...state, open: withSealed(open!, fact) }
    case 'step.done':
      return close({ ...state, cuts: [] }, withMessage(open!, fact))
    case 'step.cut':
      return close({ ...state, cuts: fact.error ? [...state.cuts, fact.error] : [] }, withMessage(open!, fact))
    case 'tool.start':
      return { ...state, open: withCall(open!, fact.callId, { phase: 'started' }) }
    case 'approval.request':
      return { ...state, open: withCall(open!, fact.callId, { phase: 'asked', request: fact }) }
    case 'approval.decision': {
      const { callId, decision, id } = fact
      const decided = id === undefined ? state.decided : [...state.decided, id]
      return { ...state, decided, open: withCall(open!, callId, { phase: 'decided', decision, ...editedBy(decision) }) }
    }
    case 'tool.done': {
      const asks = state.asks + (fact.final && !fact.ok ? 1 : 0)
      return close({ ...state, asks }, withCall(open!, fact.callId, { phase: 'done', done: fact }))
    }
    case 'message.add': {
      const counted = fact.origin === 'output' ? { asks: state.asks + 1 } : { asks: 0, cuts: [], since: steps.length }
      if (open) return { ...state, ...counted, inbox: [...state.inbox, fact.message] }
      return { ...state, ...counted, answered: false, messages: [...state.messages, fact.message] }
    }
    case 'run.pause':
      return { ...state, status: 'paused' }
    case 'run.done':
      return { ...state, status: 'done', outcome: fact.outcome }
    default:
      return state // a fact of a newer version
  }
}

/** Closes the step if it has its message and all results: the conversation grows here and nowhere else. */
function close(state: RunState, open: OpenStep): RunState {
  if (!open.message || open.calls.some((item) => item.phase !== 'done')) return { ...state, open }
  const step = stepOf(open, state.step, state.endedAt)
  return {
    ...state,
    messages: state.messages.concat(transcript(open.message, open.calls), state.inbox),
    steps: [...state.steps, step],
    step: state.step + 1,
    open: null,
    inbox: [],
    answered: isAnswer(open, step) && state.inbox.length === 0,
  }
}

/** What an edited call runs with; a later decision on it (to run it again) keeps that. */
const editedBy = (decision: Decision): { readonly edited?: string } =>
  'arguments' in decision && typeof decision.arguments === 'string' ? { edited: decision.arguments } : {}

/** The conversation before the open step; copied only where something was said meanwhile. */
export const said = ({ messages, inbox }: RunState): readonly Message[] =>
  inbox.length > 0 ? messages.concat(inbox) : messages
