import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { asked, paused } from '../facts/state-views.ts'

/** Work that should be running. Its key is made of step number and call id, never of position, time or random values. */
export type Task = { readonly key: string } & (
  | { readonly do: 'model' }
  | { readonly do: 'tool'; readonly item: CallState }
  | { readonly do: 'decide'; readonly item: CallState }
  | { readonly do: 'handoff' }
  | { readonly do: 'pause'; readonly items: readonly CallState[] }
  | { readonly do: 'finish' }
)

/**
 * Pure: the tasks that should be running now. The loop starts those that are not. `attended`: requests are decided while
 * the run waits, by a desk.
 */
export function decide(state: RunState, attended: boolean): Task[] {
  const { open, step, answered, transfer } = state
  if (!open) {
    const due = answered ? 'finish' : transfer ? 'handoff' : 'model'
    return [{ do: due, key: `${due}:${step}` }]
  }
  const tasks: Task[] = open.message ? [] : [{ do: 'model', key: `model:${step}` }]
  for (const item of open.calls) {
    const { call, phase, request, decision } = item
    if (phase === 'asked' && attended)
      tasks.push({ do: 'decide', item, key: `decide:${step}:${call.id}:${request?.id}` })
    // A call that needed approval also waits for the rest of the message.
    const held = phase === 'decided' && !open.message
    if (phase !== 'done' && phase !== 'asked' && phase !== 'paused' && !held)
      tasks.push({ do: 'tool', item, key: `tool:${step}:${call.id}${decision ? ':decided' : ''}` })
  }
  if (tasks.length > 0) return tasks
  const items = [...asked(state), ...paused(state)]
  return [{ do: 'pause', items, key: `pause:${step}:${items.map((item) => item.call.id).join()}` }]
}
