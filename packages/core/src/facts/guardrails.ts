// What a run's guardrails have answered so far: a fold over its facts.
import type { FactOf } from './events.ts'

export interface GuardrailState {
  /** How many messages have come from the caller: the input of the run, then each further one. */
  readonly inputs: number
  /** The input guardrails that passed all inputs. */
  readonly input: readonly string[]
  /** The output guardrails that passed the last message. */
  readonly output: readonly string[]
  /** The guardrail that ended the run. */
  readonly tripped: { readonly guardrail: string; readonly reason: string } | null
}

export const noGuardrails: GuardrailState = { inputs: 0, input: [], output: [], tripped: null }

/** There is a new input: what passed before says nothing about it. */
export const afterInput = (before: GuardrailState): GuardrailState => ({
  ...before,
  inputs: before.inputs + 1,
  input: [],
})

/** Another agent holds the run: its guardrails have passed nothing. */
export const afterHandoff = (before: GuardrailState): GuardrailState => ({ ...before, input: [], output: [] })

/** A step begins: its message is a new one. */
export const afterRequest = (before: GuardrailState): GuardrailState =>
  before.output.length > 0 ? { ...before, output: [] } : before

/** A guardrail has answered. An answer about fewer inputs than there are now only counts if it ends the run. */
export function afterCheck(before: GuardrailState, fact: FactOf<'guardrail.done'>): GuardrailState {
  const { guardrail, on, verdict, reason = '', inputs } = fact
  if (verdict === 'trip') return { ...before, tripped: before.tripped ?? { guardrail, reason } }
  if (on === 'input' && inputs === before.inputs) return { ...before, input: [...before.input, guardrail] }
  return on === 'output' ? { ...before, output: [...before.output, guardrail] } : before
}
