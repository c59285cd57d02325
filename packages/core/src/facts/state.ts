// The run's state: `facts.reduce(apply, initialState)`. Pure. `decide` and the result are computed from it.
import type { Message } from '@toolloop/wire'
import type { Decision, Fact, FactOf, ToolDone } from './events.ts'
import {
  begin,
  isAnswer,
  type OpenStep,
  type Step,
  stepOf,
  withCall,
  withMessage,
  withoutPauses,
  withSealed,
} from './open-step.ts'
import { type CompactionCall, edited } from './compaction.ts'
import { afterCheck, afterHandoff, afterInput, afterRequest, type GuardrailState, noGuardrails } from './guardrails.ts'
import type { Exhausted, Failure, Outcome } from './outcome.ts'
import { afterStart, noPrefix, type PrefixState } from './prefix.ts'
import { transcript } from './transcript.ts'

export interface RunState {
  readonly run: string
  /** The path of the run in its tree; `''` is the root. */
  readonly path: string
  readonly status: 'running' | 'paused' | 'done'
  /** The agent that holds the run: the first one, until it hands over. */
  readonly holder: string
  /** The call that hands the run over, until its step is closed and the handoff logged. */
  readonly transfer: ToolDone | null
  /** The last handoff. */
  readonly handover: Handover | null
  /** The messages of closed steps: always valid to send. */
  readonly messages: readonly Message[]
  readonly steps: readonly Step[]
  /** The number of the open step, or of the next one. */
  readonly step: number
  readonly open: OpenStep | null
  /** Messages added while a step was open; they follow its tool messages. */
  readonly inbox: readonly Message[]
  /** The last closed step was an answer: the run only has to finish. */
  readonly answered: boolean
  /** How many answers were rejected by the schema or `validate` since the last input. */
  readonly asks: number
  /** The errors of the last consecutive steps whose stream broke after a complete call. */
  readonly cuts: readonly Failure[]
  /** The ids of decided requests. */
  readonly decided: readonly string[]
  /** The number of closed steps at the last input, or when a run that ended at a limit was resumed. Limits count from here. */
  readonly since: number
  /** The number of closed steps when the model was last warned that it repeats itself. */
  readonly warnedAt: number | null
  /** The budget is spent, and the run has one last step to answer. `from`: the number of closed steps then. */
  readonly wrapUp: { readonly spent: Exhausted; readonly from: number } | null
  /** What the run's guardrails have answered. */
  readonly guardrails: GuardrailState
  /** The last request, and the requests that did not extend the one before. */
  readonly prefix: PrefixState
  /** How often the conversation was shortened. `step`: the first whose request is the shorter one. */
  readonly compactions: readonly { readonly step: number; readonly asked: readonly CompactionCall[] }[]
  readonly outcome: Outcome | null
  readonly startedAt: number
  readonly endedAt: number
}

/** How the run came to its holder. */
export interface Handover {
  /** The number of closed steps then. */
  readonly steps: number
  /** What requests show in place of the first `upTo` messages. */
  readonly shown: { readonly messages: readonly Message[]; readonly upTo: number } | null
}

export const initialState: RunState = {
  run: '',
  path: '',
  status: 'running',
  holder: '',
  transfer: null,
  handover: null,
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
  warnedAt: null,
  wrapUp: null,
  guardrails: noGuardrails,
  prefix: noPrefix,
  compactions: [],
  outcome: null,
  startedAt: 0,
  endedAt: 0,
}

/** Facts of other runs in the same log change nothing. */
export function apply(before: RunState, fact: Fact): RunState {
  if (fact.path !== before.path && before.run !== '') return before
  const { open, steps } = before
  const endedAt = fact.at
  switch (fact.type) {
    case 'run.start':
      return {
        ...before,
        endedAt,
        run: fact.run,
        path: fact.path,
        holder: fact.agent.name,
        messages: fact.input,
        startedAt: fact.at,
        guardrails: afterInput(before.guardrails),
      }
    case 'run.resume': {
      // A run that had ended or paused gets new retries, and new steps if a step limit ended it. A run whose process
      // died keeps the rest of both.
      const ended = before.outcome?.status
      const since = ended === 'limit' || ended === 'stopped' ? steps.length : before.since
      const answered = before.answered && ended !== 'error'
      const again = before.status !== 'running' && { asks: 0, cuts: [], wrapUp: null }
      const going = open && withoutPauses(open)
      return { ...before, endedAt, status: 'running', outcome: null, open: going, since, answered, ...again }
    }
    case 'step.start': {
      // The request includes messages added since an earlier attempt of this step.
      const messages = conversationOf(before)
      const prefix = afterStart(before.prefix, fact, messages.length)
      const guardrails = afterRequest(before.guardrails)
      return { ...before, endedAt, messages, inbox: [], open: begin(fact), prefix, guardrails }
    }
    case 'call.sealed':
      return { ...before, endedAt, open: withSealed(open!, fact) }
    case 'step.done':
      return close({ ...before, endedAt, cuts: [] }, withMessage(open!, fact))
    case 'step.cut':
      return close({ ...before, endedAt, cuts: cutsAfter(before, fact.error) }, withMessage(open!, fact))
    case 'tool.start':
    case 'tool.start.dynamic':
      return { ...before, endedAt, open: withCall(open!, fact.callId, { phase: 'started' }) }
    case 'tool.pause':
      return { ...before, endedAt, open: withCall(open!, fact.callId, { phase: 'paused' }) }
    case 'approval.request':
      if (fact.stage !== undefined) return { ...before, endedAt } // of a pipeline: no call waits
      return { ...before, endedAt, open: withCall(open!, fact.callId, { phase: 'asked', request: fact }) }
    case 'approval.decision': {
      if (fact.stage !== undefined) return { ...before, endedAt }
      const { callId, decision, id } = fact
      const decided = id === undefined ? before.decided : [...before.decided, id]
      return {
        ...before,
        endedAt,
        decided,
        open: withCall(open!, callId, { phase: 'decided', decision, ...editedBy(decision) }),
      }
    }
    case 'tool.done':
    case 'tool.done.dynamic': {
      const asks = before.asks + (fact.final && !fact.ok ? 1 : 0)
      const transfer = fact.handoff === undefined ? before.transfer : fact
      return close({ ...before, endedAt, asks, transfer }, withCall(open!, fact.callId, { phase: 'done', done: fact }))
    }
    case 'handoff':
      return {
        ...before,
        endedAt,
        holder: fact.agent.name,
        transfer: null,
        handover: handoverBy(before, fact),
        guardrails: afterHandoff(before.guardrails),
        asks: 0,
        cuts: [],
      }
    case 'message.add': {
      const counted = countsAfter(before, fact)
      if (open) return { ...before, endedAt, ...counted, inbox: [...before.inbox, fact.message] }
      return { ...before, endedAt, ...counted, answered: false, messages: [...before.messages, fact.message] }
    }
    case 'messages.compact': {
      const { by, edits, step, asked = [] } = fact
      const compactions = [...before.compactions, { step, asked }]
      if (edits.length === 0) return { ...before, endedAt, compactions } // models were asked, and nothing came of it
      // What the last handoff left out is gone.
      const messages = edited(shownOf(before), edits)
      const handover = before.handover && { ...before.handover, shown: null }
      return {
        ...before,
        endedAt,
        messages,
        inbox: [],
        handover,
        compactions,
        prefix: { ...before.prefix, compacted: by },
      }
    }
    case 'guardrail.done':
      return withCheck({ ...before, endedAt, guardrails: afterCheck(before.guardrails, fact) }, fact)
    case 'run.pause':
      return { ...before, endedAt, status: 'paused' }
    case 'run.done':
      return { ...before, endedAt, status: 'done', outcome: fact.outcome }
    default:
      return { ...before, endedAt } // a fact of a newer version
  }
}

/** A cut behind which another model continues is no retry of the same one, so `stepRetries` does not count it. */
function cutsAfter({ cuts }: RunState, error: Failure | undefined): readonly Failure[] {
  if (!error) return []
  return error.code === 'fallback' ? cuts : [...cuts, error]
}

function handoverBy({ messages, steps }: RunState, { shown }: FactOf<'handoff'>): Handover {
  const seen = shown?.flatMap((one) => (typeof one === 'number' ? (messages[one] ?? []) : one))
  return { steps: steps.length, shown: seen ? { messages: seen, upTo: messages.length } : null }
}

/** Closes the step if it has its message and all results. Only here and at `message.add` does the conversation grow. */
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

/** A call that a guardrail passed is not checked again, unless a decision changes its arguments. */
function withCheck(state: RunState, { on, callId, guardrail, verdict }: FactOf<'guardrail.done'>): RunState {
  const { open } = state
  if (on !== 'toolCall' || verdict !== 'pass' || !open || callId === undefined) return state
  const passed = open.calls.find(({ call }) => call.id === callId)?.passed ?? []
  return { ...state, open: withCall(open, callId, { passed: [...passed, guardrail] }) }
}

/** A message from the caller gives the run new retries and steps. */
function countsAfter(
  { asks, steps, guardrails }: RunState,
  { origin, exhausted }: FactOf<'message.add'>,
): Partial<RunState> {
  if (origin === 'output') return { asks: asks + 1 }
  if (origin === 'cycle') return { warnedAt: steps.length }
  if (origin === 'budget') return { wrapUp: exhausted ? { spent: exhausted, from: steps.length } : null }
  return { asks: 0, cuts: [], since: steps.length, guardrails: afterInput(guardrails) }
}

/** Edited arguments of a decision. A later decision, to run the call again, keeps them. */
const editedBy = (decision: Decision): { readonly edited?: string; readonly passed?: readonly string[] } =>
  'arguments' in decision && typeof decision.arguments === 'string' ? { edited: decision.arguments, passed: [] } : {}

/** What a request shows of the conversation: all of it, or what the `filter` of the last handoff chose and what came after. */
export function shownOf(state: RunState): readonly Message[] {
  const all = conversationOf(state)
  const shown = state.handover?.shown
  return shown ? [...shown.messages, ...all.slice(shown.upTo)] : all
}

/** The conversation before the open step, with the messages that were added meanwhile. */
export const conversationOf = ({ messages, inbox }: RunState): readonly Message[] =>
  inbox.length > 0 ? messages.concat(inbox) : messages
