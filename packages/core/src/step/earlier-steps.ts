// What the earlier steps of a run hold, each read once per run.
import type { Message } from '@toolloop/wire'
import type { Run } from '../run/run.ts'

/** Finds the model that wrote a message. Made once per run: a function for each step would be one more to collect. */
export const authorsOf =
  (run: Run) =>
  (message: Message): string | undefined =>
    authorOf(run, message)

function authorOf({ authors, state }: Run, message: Message): string | undefined {
  const { names } = authors
  for (; authors.upTo < state.steps.length; authors.upTo++) {
    const step = state.steps[authors.upTo]!
    names.set(step.message, step.servedBy ?? step.model)
  }
  return names.get(message)
}

/** The ids of the run's earlier calls. */
export function seenIds(run: Run): Set<string> {
  const { seen } = run
  const { messages } = run.state
  for (; seen.upTo < messages.length; seen.upTo++) {
    const message = messages[seen.upTo]!
    if (message.role === 'assistant') for (const call of message.tool_calls ?? []) seen.ids.add(call.id)
  }
  return seen.ids
}
