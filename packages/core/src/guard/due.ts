import type { AssistantMessage } from '@toolloop/wire'
import type { GuardrailSet } from '../agent/guardrail.ts'
import type { RunState } from '../facts/state.ts'
import { textOf } from './subject.ts'

/** A guardrail that should be running now. */
export interface DueCheck {
  readonly do: 'guard'
  readonly on: 'input' | 'output'
  readonly name: string
  readonly key: string
}

/** The checks that should be running, and what waits for them. The end of the run waits for all of them. */
export interface Due {
  readonly checks: readonly DueCheck[]
  readonly holdsRequest: boolean
  readonly holdsTools: boolean
}

export const nothingDue: Due = { checks: [], holdsRequest: false, holdsTools: false }

/** Pure: the input guardrails that have not passed the last input, and the parallel output guardrails of the last message. */
export function dueChecks(state: RunState, { input, parallelOutput }: GuardrailSet): Due {
  const { inputs, input: passed, output: passedOutput } = state.guardrails
  const inputDue = input.filter(({ name }) => !passed.includes(name))
  const last = parallelOutput.length > 0 && !isOfAgentBefore(state) ? lastMessage(state) : undefined
  const outputDue =
    last && textOf(last.message) !== '' ? parallelOutput.filter(({ name }) => !passedOutput.includes(name)) : []
  return {
    checks: [
      ...inputDue.map(({ name }): DueCheck => ({
        do: 'guard',
        on: 'input',
        name,
        key: `guard:input:${inputs}:${name}`,
      })),
      ...outputDue.map(({ name }): DueCheck => ({
        do: 'guard',
        on: 'output',
        name,
        key: `guard:output:${last?.step}:${name}`,
      })),
    ],
    holdsRequest: outputDue.length > 0 || inputDue.some(({ mode }) => mode === 'blocking'),
    holdsTools: inputDue.length > 0,
  }
}

/** After a handoff: the guardrails of the agent that wrote the last message have passed it. */
const isOfAgentBefore = ({ open, steps, handover }: RunState): boolean => !open && handover?.steps === steps.length

/** The last complete message of the model, unless another one streams. */
export function lastMessage({ open, steps, step }: RunState): { message: AssistantMessage; step: number } | undefined {
  if (open) return open.message ? { message: open.message, step } : undefined
  const last = steps.at(-1)
  return last && { message: last.message, step: last.step }
}
