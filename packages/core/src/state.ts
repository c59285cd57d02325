// The run's state: `facts.reduce(apply, initialState)`. Pure; what `decide` and the result are computed from.
import type { AssistantMessage, FinishReason, Message, Usage } from '@toolloop/wire'
import type { Decision, Fact, FactOf, ToolDone } from './events.ts'
import type { Failure, Outcome } from './outcome.ts'
import { type CallPhase, transcript } from './transcript.ts'

export interface CallState extends CallPhase {
  readonly decision?: Decision
}

/** The step in flight: no message while it streams. It closes when it has one and every call is done. */
export interface OpenStep {
  readonly model: string
  readonly tools: readonly string[]
  readonly startedAt: number
  readonly message: AssistantMessage | null
  readonly end: FactOf<'step.done' | 'step.cut'> | null
  /** What the message held at the last sealed call. */
  readonly gained: Partial<AssistantMessage>
  readonly calls: readonly CallState[]
}

/** A closed step. */
export interface Step {
  readonly step: number
  readonly model: string
  readonly message: AssistantMessage
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  readonly cost: number | undefined
  readonly calls: readonly ToolDone[]
  readonly startedAt: number
  readonly endedAt: number
}

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
  /** How many steps were closed when the last question was asked, or a limit lifted: limits count from here. */
  readonly since: number
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
  since: 0,
  outcome: null,
  startedAt: 0,
  endedAt: 0,
}

export function apply(before: RunState, fact: Fact): RunState {
  const state = { ...before, endedAt: fact.at }
  const { open } = state
  switch (fact.type) {
    case 'run.start':
      return { ...state, run: fact.run, messages: fact.input, startedAt: fact.at }
    case 'run.resume': {
      const { status } = before.outcome ?? {}
      // A limit that was reached gets another round; a run that waited or crashed goes on with what is left.
      const since = status === 'limit' || status === 'stopped' ? state.steps.length : state.since
      const answered = state.answered && status !== 'error'
      return { ...state, status: 'running', outcome: null, since, asks: 0, cuts: [], answered }
    }
    case 'step.start': {
      // Asked from what is known now, also what was said since an earlier try of this step.
      const { model, tools, at } = fact
      const fresh = { model, tools, startedAt: at, message: null, end: null, gained: {}, calls: [] }
      return { ...state, messages: state.messages.concat(state.inbox), inbox: [], open: fresh }
    }
    case 'call.sealed':
      return {
        ...state,
        open: {
          ...open!,
          gained: gain(open!.gained, fact.gained),
          calls: [...open!.calls, { call: fact.call, phase: 'sealed' }],
        },
      }
    case 'step.done':
    case 'step.cut': {
      const known = new Map(open!.calls.map((item) => [item.call.id, item]))
      const calls = (fact.message.tool_calls ?? []).map(
        (call): CallState => known.get(call.id) ?? { call, phase: 'sealed' },
      )
      const cuts = fact.type === 'step.cut' && fact.error ? [...state.cuts, fact.error] : []
      return close({ ...state, cuts }, { ...open!, message: fact.message, end: fact, calls })
    }
    case 'tool.start':
      return update(state, fact.callId, { phase: 'started' })
    case 'approval.request':
      return update(state, fact.callId, { phase: 'asked', request: fact })
    case 'approval.decision':
      return update(state, fact.callId, { phase: 'decided', decision: fact.decision })
    case 'tool.done':
      return update({ ...state, asks: state.asks + (fact.final && !fact.ok ? 1 : 0) }, fact.callId, {
        phase: 'done',
        done: fact,
      })
    case 'message.add': {
      const counted = fact.origin === 'output' ? { asks: state.asks + 1 } : { asks: 0, since: state.steps.length }
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

/** The conversation, valid to send at any moment: calls without a result are answered by a fixed note. */
export function messagesOf({ messages, open, inbox }: RunState): readonly Message[] {
  return messages.concat(open ? transcript(saidIn(open), open.calls) : [], inbox)
}

/** What the open step has said: its message, else what its facts tell of it. */
export function saidIn({ message, gained, calls }: OpenStep): AssistantMessage {
  const sealed = calls.length > 0 && { tool_calls: calls.map((item) => item.call) }
  return message ?? { ...gained, role: 'assistant', content: gained.content ?? null, ...sealed }
}

/** The step in flight as far as it is known, in the form of a closed one. */
export function stepsOf(state: RunState): readonly Step[] {
  const { open } = state
  return open ? [...state.steps, stepOf(state, open)] : state.steps
}

/** For functions of the user: what is read here cannot be changed behind the log's back. */
export function frozen(state: RunState): RunState {
  for (const value of [state.messages, state.steps, state.inbox, state.open?.calls, state.open]) Object.freeze(value)
  return Object.freeze(state)
}

/** The calls that wait for somebody, in call order. */
export const asked = (state: RunState): readonly CallState[] =>
  state.open?.calls.filter((item) => item.phase === 'asked') ?? []

function update(state: RunState, id: string, change: Partial<CallState>): RunState {
  const open = state.open!
  const at = open.calls.findIndex((item) => item.call.id === id)
  if (at < 0) return state // of a call that a cut has dropped
  return close(state, { ...open, calls: open.calls.with(at, { ...open.calls[at]!, ...change }) })
}

/** Closes the step if it has its message and all results: the conversation grows here and nowhere else. */
function close(state: RunState, open: OpenStep): RunState {
  const { message, end, calls } = open
  if (!message || !end || calls.some((item) => item.phase !== 'done')) return { ...state, open }
  const closed = stepOf(state, open)
  const { calls: done, finish_reason } = closed
  // A step without calls is an answer, unless it was cut; so is one whose calls gave the answer, or that was filtered.
  const isAnswer =
    end.type === 'step.done' &&
    (done.length === 0 || done.some((call) => call.final && call.ok) || finish_reason === 'content_filter')
  return {
    ...state,
    messages: state.messages.concat(transcript(message, calls), state.inbox),
    steps: [...state.steps, closed],
    step: state.step + 1,
    open: null,
    inbox: [],
    answered: isAnswer && state.inbox.length === 0,
  }
}

function stepOf(state: RunState, open: OpenStep): Step {
  const finish_reason = open.end?.type === 'step.done' ? open.end.finish_reason : null
  const cost = open.end?.cost
  const calls = Object.freeze(open.calls.flatMap((item) => item.done ?? []))
  const { model, startedAt } = open
  const usage = open.end?.usage ?? null
  return Object.freeze({
    step: state.step,
    model,
    message: saidIn(open),
    finish_reason,
    usage,
    cost,
    calls,
    startedAt,
    endedAt: state.endedAt,
  })
}

/** The fields of a message that only ever grow; all others are replaced as a whole. */
export const grows = (field: string): boolean =>
  field === 'content' || field === 'refusal' || field.startsWith('reasoning')

function gain(before: Partial<AssistantMessage>, gained: Partial<AssistantMessage>): Partial<AssistantMessage> {
  const after: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(gained)) {
    const text = after[key]
    after[key] = grows(key) && typeof value === 'string' && typeof text === 'string' ? text + value : value
  }
  return after
}
