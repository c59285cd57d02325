// The run's state: `facts.reduce(apply, initialState)`. Pure; what `decide` and the result are computed from.
import type { AssistantMessage, FinishReason, Message, ToolCall, Usage } from '@toolloop/wire'
import type { ApprovalRequest, Decision, Fact, StepCut, StepDone, ToolDone } from './events.ts'
import type { Outcome } from './outcome.ts'

/** A call of the open step. `phase` only moves right; `decided` is `asked` with an answer. */
export interface CallState {
  readonly call: ToolCall
  readonly phase: 'sealed' | 'asked' | 'decided' | 'started' | 'done'
  readonly request?: ApprovalRequest
  readonly decision?: Decision
  readonly done?: ToolDone
}

/** The step in flight: no message while it streams. It closes when it has one and every call is done. */
export interface OpenStep {
  readonly model: string
  readonly tools: readonly string[]
  readonly message: AssistantMessage | null
  readonly end: StepDone | StepCut | null
  /** What the message held at the last sealed call. */
  readonly gained: Partial<AssistantMessage>
  readonly calls: readonly CallState[]
  readonly startedAt: number
}

/** A closed step. */
export interface Step {
  readonly step: number
  readonly model: string
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  readonly cost?: number
  readonly message: AssistantMessage
  readonly calls: readonly ToolDone[]
  readonly startedAt: number
  readonly endedAt: number
}

export interface RunState {
  readonly run: string
  readonly agent: string
  readonly status: 'running' | 'paused' | 'done'
  /** The number of the open step, or of the next. */
  readonly step: number
  /** Closed steps only: always a valid request. */
  readonly messages: readonly Message[]
  readonly open: OpenStep | null
  /** Said while a step was open: goes behind its tool messages. */
  readonly inbox: readonly Message[]
  readonly steps: readonly Step[]
  /** How many steps were closed when the run was started or last resumed: limits count from here. */
  readonly since: number
  /** The last closed step was an answer: nothing is left to do but to finish. */
  readonly answered: boolean
  /** How often the answer was asked for again because it did not fit. */
  readonly asks: number
  readonly outcome: Outcome | null
  readonly startedAt: number
  readonly endedAt: number
}

export const initialState: RunState = {
  run: '',
  agent: '',
  status: 'running',
  step: 0,
  messages: [],
  open: null,
  inbox: [],
  steps: [],
  since: 0,
  answered: false,
  asks: 0,
  outcome: null,
  startedAt: 0,
  endedAt: 0,
}

export function apply(state: RunState, fact: Fact): RunState {
  const next = { ...state, endedAt: fact.at }
  switch (fact.type) {
    case 'run.start':
      return {
        ...next,
        run: fact.run,
        agent: fact.agent.name,
        messages: [...state.messages, ...fact.input],
        startedAt: fact.at,
      }
    case 'run.resume':
      return { ...next, status: 'running', outcome: null, since: state.steps.length }
    case 'step.start':
      return {
        ...next,
        open: {
          model: fact.model,
          tools: fact.tools,
          message: null,
          end: null,
          gained: {},
          calls: [],
          startedAt: fact.at,
        },
      }
    case 'call.sealed': {
      const open = state.open!
      return {
        ...next,
        open: {
          ...open,
          gained: gain(open.gained, fact.gained),
          calls: [...open.calls, { call: fact.call, phase: 'sealed' }],
        },
      }
    }
    case 'step.done':
    case 'step.cut': {
      const known = new Map(state.open!.calls.map((item) => [item.call.id, item]))
      const calls = (fact.message.tool_calls ?? []).map(
        (call): CallState => known.get(call.id) ?? { call, phase: 'sealed' },
      )
      return close(next, { ...state.open!, message: fact.message, end: fact, calls })
    }
    case 'tool.start':
      return update(next, fact.callId, { phase: 'started' })
    case 'approval.request':
      return update(next, fact.callId, { phase: 'asked', request: fact })
    case 'approval.decision':
      return update({ ...next, status: 'running' }, fact.callId, { phase: 'decided', decision: fact.decision })
    case 'tool.done':
      return update(next, fact.callId, { phase: 'done', done: fact })
    case 'message.add': {
      const asks = state.asks + (fact.origin === 'output' ? 1 : 0)
      if (state.open) return { ...next, asks, inbox: [...state.inbox, fact.message] }
      return { ...next, asks, answered: false, messages: [...state.messages, fact.message] }
    }
    case 'run.pause':
      return { ...next, status: 'paused' }
    case 'run.done':
      return { ...next, status: 'done', outcome: fact.outcome }
    default:
      return state // a fact of a newer version
  }
}

/** The conversation, valid to send at any moment: calls without a result are answered by a fixed note. */
export function messagesOf(state: RunState): readonly Message[] {
  if (!state.open) return state.messages.concat(state.inbox)
  const { message, gained, calls } = state.open
  const said = message ?? {
    ...gained,
    role: 'assistant',
    content: gained.content ?? null,
    ...(calls.length > 0 && { tool_calls: calls.map((item) => item.call) }),
  }
  return state.messages.concat(transcript(said, calls), state.inbox)
}

/** The calls that wait for somebody, in call order. */
export const asked = (state: RunState): readonly CallState[] =>
  state.open?.calls.filter((item) => item.phase === 'asked') ?? []

function update(state: RunState, id: string, change: Partial<CallState>): RunState {
  const open = state.open!
  return close(state, {
    ...open,
    calls: open.calls.map((item) => (item.call.id === id ? { ...item, ...change } : item)),
  })
}

function close(state: RunState, open: OpenStep): RunState {
  const { message, end, calls } = open
  if (!message || !end || calls.some((item) => item.phase !== 'done')) return { ...state, open }
  const done = calls.map((item) => item.done!)
  const finish_reason = end.type === 'step.done' ? end.finish_reason : null
  const { step, model, usage, cost } = { ...open, ...end, step: state.step } as OpenStep & StepDone
  const closed: Step = {
    step,
    model,
    finish_reason,
    usage,
    message,
    calls: done,
    startedAt: open.startedAt,
    endedAt: state.endedAt,
    ...(cost !== undefined && { cost }),
  }
  return {
    ...state,
    step: step + 1,
    messages: state.messages.concat(transcript(message, calls), state.inbox),
    open: null,
    inbox: [],
    steps: [...state.steps, closed],
    answered: state.inbox.length === 0 && isAnswer(closed, end.type),
  }
}

/** A step without calls is an answer, unless it was cut; so is one whose calls gave the answer, or that was filtered. */
function isAnswer({ calls, finish_reason }: Step, end: 'step.done' | 'step.cut'): boolean {
  if (end === 'step.cut') return false
  return calls.length === 0 || calls.some((call) => call.final) || finish_reason === 'content_filter'
}

const notes = {
  sealed: 'Not run: the run ended first.',
  decided: 'Not run: the run ended first.',
  asked: 'Not run: awaiting a decision.',
  started: 'Interrupted: the outcome is unknown.',
} as const

function transcript(message: AssistantMessage, calls: readonly CallState[]): Message[] {
  const parts = calls.flatMap((item) => item.done?.parts ?? [])
  return [
    ...(isEmpty(message) ? [] : [message]),
    ...calls.map(({ call, done, phase }): Message => ({
      role: 'tool',
      tool_call_id: call.id,
      content: done ? done.content : notes[phase as keyof typeof notes],
    })),
    ...(parts.length > 0 ? [{ role: 'user' as const, content: parts }] : []),
  ]
}

/** A message that says nothing cannot be sent. */
export const isEmpty = (message: AssistantMessage): boolean =>
  !message.content?.length &&
  !message.tool_calls?.length &&
  !message.refusal &&
  !message.audio &&
  !message.function_call

function gain(before: Partial<AssistantMessage>, gained: Partial<AssistantMessage>): Partial<AssistantMessage> {
  const after: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(gained))
    after[key] = typeof value === 'string' && typeof after[key] === 'string' ? after[key] + value : value
  return after
}
