import type { GuardrailSet } from '../agent/guardrail.ts'
import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { asked, paused } from '../facts/state-views.ts'
import { dueChecks, type DueCheck, nothingDue } from '../guard/due.ts'

/** Work that should be running. Its key is made of step number and call id, never of position, time or random values. */
export type Task = { readonly key: string } & (
  | { readonly do: 'model' }
  | { readonly do: 'tool'; readonly item: CallState }
  | { readonly do: 'decide'; readonly item: CallState }
  | { readonly do: 'handoff' }
  | { readonly do: 'pause'; readonly items: readonly CallState[] }
  | { readonly do: 'finish' }
  /** A guardrail has ended the run. */
  | { readonly do: 'trip' }
  | DueCheck
)

/**
 * Pure: the tasks that should be running now. The loop starts those that are not. `attended`: requests are decided while
 * the run waits, by a desk.
 */
export function decide(state: RunState, attended: boolean, guardrails?: GuardrailSet): Task[] {
  const { open, step, answered, transfer } = state
  if (state.guardrails.tripped) return [{ do: 'trip', key: 'trip' }]
  const due = guardrails ? dueChecks(state, guardrails) : nothingDue
  const tasks: Task[] = due === nothingDue ? [] : [...due.checks]
  if (!open && (answered || transfer)) {
    const next = answered ? 'finish' : 'handoff'
    return tasks.length > 0 ? tasks : [{ do: next, key: `${next}:${step}` }]
  }
  if (!open?.message && !due.holdsRequest) tasks.push({ do: 'model', key: `model:${step}` })
  if (!open) return tasks
  for (const item of open.calls) {
    const { call, phase, request, decision } = item
    if (phase === 'asked' && attended)
      tasks.push({ do: 'decide', item, key: `decide:${step}:${call.id}:${request?.id}` })
    // A call that needed approval also waits for the rest of the message.
    const held = phase === 'decided' && !open.message
    if (phase !== 'done' && phase !== 'asked' && phase !== 'paused' && !held && !due.holdsTools)
      tasks.push({ do: 'tool', item, key: `tool:${step}:${call.id}${decision ? ':decided' : ''}` })
  }
  if (tasks.length > 0) return tasks
  const items = [...asked(state), ...paused(state)]
  return [{ do: 'pause', items, key: `pause:${step}:${items.map((item) => item.call.id).join()}` }]
}
