// A step: open while its message or the result of a call is missing, then closed.
import { type AssistantMessage, type FinishReason, finishOf, type Usage } from '@toolloop/wire'
import type { Decision, FactOf, ToolDone } from './events.ts'
import type { CallPhase } from './transcript.ts'

export interface CallState extends CallPhase {
  readonly decision?: Decision
  /** The arguments that somebody put in place of the model's. They hold for every run of the call. */
  readonly edited?: string
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

/** A step that has just begun. */
export function begin({ model, tools, at }: FactOf<'step.start'>): OpenStep {
  return { model, tools, startedAt: at, message: null, end: null, gained: {}, calls: [] }
}

/** The step with a call that is complete while its message still streams. */
export function withSealed(open: OpenStep, { call, gained }: FactOf<'call.sealed'>): OpenStep {
  return { ...open, gained: gain(open.gained, gained), calls: [...open.calls, { call, phase: 'sealed' }] }
}

/** The step with its message. What is known of a call that was sealed before stays. */
export function withMessage(open: OpenStep, end: FactOf<'step.done' | 'step.cut'>): OpenStep {
  const calls = (end.message.tool_calls ?? []).map(
    (call): CallState => open.calls.find((item) => item.call.id === call.id) ?? { call, phase: 'sealed' },
  )
  return { ...open, message: end.message, end, calls }
}

/** The step with a call that is further. */
export function withCall(open: OpenStep, id: string, change: Partial<CallState>): OpenStep {
  const at = open.calls.findIndex((item) => item.call.id === id)
  return at < 0 ? open : { ...open, calls: open.calls.with(at, { ...open.calls[at]!, ...change }) }
}

/** The open step, or what there is of it, in the form of a closed one. */
export function stepOf(open: OpenStep, step: number, endedAt: number): Step {
  const { model, startedAt, end } = open
  return Object.freeze({
    step,
    model,
    message: saidIn(open),
    finish_reason: end?.type === 'step.done' ? end.finish_reason : null,
    usage: end?.usage ?? null,
    cost: end?.cost,
    calls: Object.freeze(open.calls.flatMap((item) => item.done ?? [])),
    startedAt,
    endedAt,
  })
}

/** A step without calls is an answer, unless it was cut; so is one whose calls gave the answer, or that was filtered. */
export function isAnswer({ end }: OpenStep, { calls, finish_reason }: Step): boolean {
  if (end?.type !== 'step.done') return false
  return calls.length === 0 || calls.some((call) => call.final && call.ok) || finishOf(finish_reason) === 'filtered'
}

/** What the open step has said: its message, else what its facts tell of it. */
export function saidIn({ message, gained, calls }: OpenStep): AssistantMessage {
  const sealed = calls.length > 0 && { tool_calls: calls.map((item) => item.call) }
  return message ?? { ...gained, role: 'assistant', content: gained.content ?? null, ...sealed }
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
