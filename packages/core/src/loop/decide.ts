import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { asked } from '../facts/state-views.ts'

/** Something that should be running. Keys are made of step numbers and call ids, never of position, time or chance. */
export type Task = { readonly key: string } & (
  | { readonly do: 'model' }
  | { readonly do: 'tool'; readonly item: CallState }
  | { readonly do: 'decide'; readonly item: CallState }
  | { readonly do: 'pause'; readonly items: readonly CallState[] }
  | { readonly do: 'finish' }
)

/**
 * Pure: what should be running now. The loop starts whatever of it is not running already. `attended`: somebody decides
 * on requests while the run waits.
 */
export function decide(state: RunState, attended: boolean): Task[] {
  const { open, step, answered } = state
  if (!open) return [answered ? { do: 'finish', key: `finish:${step}` } : { do: 'model', key: `model:${step}` }]
  const tasks: Task[] = open.message ? [] : [{ do: 'model', key: `model:${step}` }]
  for (const item of open.calls) {
    const { call, phase, request, decision } = item
    if (phase === 'asked' && attended)
      tasks.push({ do: 'decide', item, key: `decide:${step}:${call.id}:${request?.id}` })
    // What needed consent waits for the rest of the message, too.
    const held = phase === 'decided' && !open.message
    if (phase !== 'done' && phase !== 'asked' && !held)
      tasks.push({ do: 'tool', item, key: `tool:${step}:${call.id}${decision ? ':decided' : ''}` })
  }
  if (tasks.length > 0) return tasks
  const items = asked(state)
  return [{ do: 'pause', items, key: `pause:${step}:${items.map((item) => item.call.id).join()}` }]
}
