// The tasks of a replay. The agent's code runs again; answers, results and decisions come from the log.
import type { Task } from '../loop/decide.ts'
import { perform } from '../loop/tasks.ts'
import type { CallState } from '../facts/open-step.ts'
import type { Run } from '../run/run.ts'
import type { Source } from '../run/scope.ts'
import { modelStep } from '../step/model.ts'
import { toolCall } from '../tool/call.ts'
import { drafted, type Recording } from './recording.ts'

/** Performs tasks from a recording: no request is sent, no tool executed. */
export const performFrom =
  (recording: Recording) =>
  (task: Task, run: Run): Source =>
    counted(recording, taskOf(recording, task, run))

function taskOf(recording: Recording, task: Task, run: Run): Source {
  switch (task.do) {
    case 'model':
      return step(recording, run)
    case 'tool':
      return call(recording, run, task.item)
    case 'decide':
      return recorded(recording, run, task.item, 'approval.decision')
    case 'pause':
    case 'finish':
      return perform(task, run)
  }
}

async function* counted(recording: Recording, source: Source): Source {
  recording.enter()
  try {
    return yield* source
  } finally {
    recording.leave()
  }
}

/** Plans the step as in a run; the answer comes from the log. */
async function* step(recording: Recording, run: Run): Source {
  const about = { type: 'step.start', step: run.state.step } as const
  // Replays have no budget: what one decided is in the log.
  const spent = recording.next({ type: 'message.add' })
  if (
    spent?.type === 'message.add' &&
    spent.origin === 'budget' &&
    spent.seq < (recording.next(about)?.seq ?? Infinity)
  )
    return [drafted(spent)]
  const compacted = recording.next(about)
  if (compacted?.type === 'messages.compact') return [drafted(compacted)]
  const asking = modelStep(run)
  const first = await asking.next()
  if (first.done) return first.value
  yield first.value
  await asking.return()
  for (;;) {
    const fact = recording.next(about)
    if (!fact || fact.type === 'step.start') return recording.stall(run.signal)
    if (fact.type !== 'call.sealed') return [drafted(fact)]
    yield [drafted(fact)]
  }
}

/** Prepares the call as in a run: finds the tool, parses, checks approval. The result comes from the log. */
async function* call(recording: Recording, run: Run, item: CallState): Source {
  const refused = recording.next({ type: 'tool.done', step: run.state.step, callId: item.call.id })
  if (refused?.type === 'tool.done' && refused.reason === 'budget') return [drafted(refused)]
  const calling = toolCall(run, item)
  const first = await calling.next()
  if (first.done) return first.value
  yield first.value
  await calling.return()
  return yield* recorded(recording, run, item, 'tool.done')
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* recorded(
  recording: Recording,
  run: Run,
  { call: { id } }: CallState,
  type: 'tool.done' | 'approval.decision',
): Source {
  const fact = recording.next({ type, step: run.state.step, callId: id })
  if (fact?.type === type || (type === 'tool.done' && fact?.type === 'tool.pause')) return [drafted(fact)]
  await recording.stall(run.signal)
}
