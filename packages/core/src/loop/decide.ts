import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { asked } from '../facts/state-views.ts'

/** Something that should be running. Keys are made of step numbers and call ids, never of position, time or chance. */
export type Task = { readonly key: string } & (
  | { readonly do: 'model' }
  | { readonly do: 'tool'; readonly item: CallState }
  | { readonly do: 'pause'; readonly items: readonly CallState[] }
  | { readonly do: 'finish' }
)

/** Pure: what should be running now. The loop starts whatever of it is not running already. */
export function decide(state: RunState): Task[] {
  const { open, step, answered } = state
  if (!open) return [answered ? { do: 'finish', key: `finish:${step}` } : { do: 'model', key: `model:${step}` }]
  const tasks: Task[] = open.message ? [] : [{ do: 'model', key: `model:${step}` }]
  for (const item of open.calls)
    if (item.phase !== 'done' && item.phase !== 'asked')
      tasks.push({ do: 'tool', item, key: `tool:${step}:${item.call.id}${item.decision ? ':decided' : ''}` })
  if (tasks.length > 0) return tasks
  const items = asked(state)
  return [{ do: 'pause', items, key: `pause:${step}:${items.map((item) => item.call.id).join()}` }]
}
