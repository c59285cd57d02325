// A step: open until its message is complete and all its calls have results, then closed.
import { type AssistantMessage, type FinishReason, finishOf, type Usage } from '@toolloop/wire'
import type { Decision, FactOf, ToolDone } from './events.ts'
import type { CallPhase } from './transcript.ts'

export interface CallState extends CallPhase {
  readonly decision?: Decision
  /** The arguments that a decision put in place of the model's. Every execution of the call uses them. */
  readonly edited?: string
  /** The guardrails that passed the call. */
  readonly passed?: readonly string[]
}

/** The step in progress. `message` is `null` while it streams. The step closes when it has a message and every call is done. */
export interface OpenStep {
  readonly model: string
  readonly tools: readonly string[]
  /** The tools that `prepareStep` added. */
  readonly added?: readonly { readonly name: string; readonly fingerprint: string }[]
  readonly startedAt: number
  readonly message: AssistantMessage | null
  readonly end: FactOf<'step.done' | 'step.cut'> | null
  /** The message as of the last sealed call. */
  readonly gained: Partial<AssistantMessage>
  readonly calls: readonly CallState[]
  /** The model that answers, where `model` is made of several. */
  readonly servedBy?: string
}

/** A closed step. */
export interface Step {
  readonly step: number
  readonly model: string
  /** The model that answered, where `model` is made of several. */
  readonly servedBy?: string
  readonly message: AssistantMessage
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  readonly cost: number | undefined
  /** Parts of the answer that the message leaves out, such as `choices[1]`; present if there are any. */
  readonly ignored?: readonly string[]
  readonly calls: readonly ToolDone[]
  readonly startedAt: number
  readonly endedAt: number
}

/** The state of a step that has just begun. */
export function begin({ model, tools, added, at }: FactOf<'step.start'>): OpenStep {
  return { model, tools, ...(added && { added }), startedAt: at, message: null, end: null, gained: {}, calls: [] }
}

/** Adds a call that is complete while the message still streams. */
export function withSealed(open: OpenStep, { call, gained, servedBy }: FactOf<'call.sealed'>): OpenStep {
  return {
    ...open,
    ...(servedBy && { servedBy }),
    gained: gain(open.gained, gained),
    calls: [...open.calls, { call, phase: 'sealed' }],
  }
}

/** Adds the message. Calls that were sealed before keep their state. */
export function withMessage(open: OpenStep, end: FactOf<'step.done' | 'step.cut'>): OpenStep {
  const calls = (end.message.tool_calls ?? []).map(
    (call): CallState => open.calls.find((item) => item.call.id === call.id) ?? { call, phase: 'sealed' },
  )
  return { ...open, message: end.message, end, calls }
}

/** Changes the state of one call. */
export function withCall(open: OpenStep, id: string, change: Partial<CallState>): OpenStep {
  const at = open.calls.findIndex((item) => item.call.id === id)
  return at < 0 ? open : { ...open, calls: open.calls.with(at, { ...open.calls[at]!, ...change }) }
}

/** A resumed run goes on with the calls whose agents waited for decisions. */
export function withoutPauses(open: OpenStep): OpenStep {
  if (!open.calls.some(({ phase }) => phase === 'paused')) return open
  return { ...open, calls: open.calls.map((item) => (item.phase === 'paused' ? { ...item, phase: 'started' } : item)) }
}

/** The open step, as far as it is known, in the form of a closed one. */
export function stepOf(open: OpenStep, step: number, endedAt: number): Step {
  const { model, startedAt, end } = open
  const servedBy = end?.servedBy ?? open.servedBy
  return Object.freeze({
    step,
    model,
    ...(servedBy && { servedBy }),
    message: messageIn(open),
    finish_reason: end?.type === 'step.done' ? end.finish_reason : null,
    usage: end?.usage ?? null,
    cost: end?.cost,
    ...(end?.ignored && { ignored: end.ignored }),
    calls: Object.freeze(open.calls.flatMap((item) => item.done ?? [])),
    startedAt,
    endedAt,
  })
}

/** Whether a step is the answer: it is complete and has no calls, or a call gave the answer, or the server filtered it. */
export function isAnswer({ end }: OpenStep, { calls, finish_reason }: Step): boolean {
  if (end?.type !== 'step.done') return false
  return calls.length === 0 || calls.some((call) => call.final && call.ok) || finishOf(finish_reason) === 'filtered'
}

/** The message of the open step; while it streams, what its facts record of it. */
export function messageIn({ message, gained, calls }: OpenStep): AssistantMessage {
  const sealed = calls.length > 0 && { tool_calls: calls.map((item) => item.call) }
  return message ?? { ...gained, role: 'assistant', content: gained.content ?? null, ...sealed }
}

/** Whether a field of a message only grows. All other fields are replaced as a whole. */
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
