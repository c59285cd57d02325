// The tasks of a replay. The agent's code runs again; answers, results and decisions come from the log.
import type { Task } from '../loop/decide.ts'
import { perform } from '../loop/tasks.ts'
import { type Fact, isToolDone } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import type { Run } from '../run/run.ts'
import type { Source } from '../run/scope.ts'
import { modelStep } from '../step/model.ts'
import { lastPartsOf } from '../step/prefix.ts'
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
    case 'handoff':
    case 'finish':
    case 'guard':
      return perform(task, run)
    case 'trip':
      return ended(recording, run)
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
  const parts = lastPartsOf(run)
  if (parts) run.requests[run.state.step] = parts
  for (;;) {
    const fact = recording.next(about)
    const isEnd = fact && fact.type !== 'call.sealed' && fact.type !== 'step.start'
    if (isEnd) return [...checksOf(recording, run), drafted(fact)]
    if (!fact || fact.type === 'step.start') {
      const checks = checksOf(recording, run)
      if (checks.length > 0) yield checks
      return recording.stall(run.signal)
    }
    yield [drafted(fact)]
  }
}

/** The recorded run ended here, when its other tasks had. */
// oxlint-disable-next-line require-yield -- it has no batch
async function* ended(recording: Recording, run: Run): Source {
  await recording.stall(run.signal)
}

/** What the blocking output guardrails answered about the message. */
function checksOf(recording: Recording, { agent, state }: Run): Fact[] {
  const names = agent.guardrails?.blockingOutput.map(({ name }) => name) ?? []
  const about = { type: 'guardrail.done', on: 'output', step: state.step } as const
  return names.flatMap((guardrail) => {
    const one = recording.next({ ...about, guardrail })
    return one ? drafted(one) : []
  })
}

/** Prepares the call as in a run: finds the tool, parses, checks approval. The result comes from the log. */
async function* call(recording: Recording, run: Run, item: CallState): Source {
  // A result from outside is in the log as the guardrails left it.
  if (item.decision && 'result' in item.decision) return yield* recorded(recording, run, item, 'tool.done')
  const about = { type: 'tool.done', step: run.state.step, callId: item.call.id } as const
  const refused = recording.behindChecks(about)
  if (refused && isToolDone(refused) && refused.reason === 'budget')
    return [...recording.checks(about), refused].map(drafted)
  const calling = toolCall(run, item)
  const first = await calling.next()
  if (first.done) return first.value
  yield first.value
  await calling.return()
  return yield* recorded(recording, run, item, 'tool.done')
}

async function* recorded(
  recording: Recording,
  run: Run,
  { call: { id } }: CallState,
  type: 'tool.done' | 'approval.decision',
): Source {
  const about = { type, step: run.state.step, callId: id }
  const checks = recording.checks(about).map(drafted)
  const last = recording.behindChecks(about)
  const isResult = type === 'tool.done' && last && (isToolDone(last) || last.type === 'tool.pause')
  if (last && (isResult || last.type === type)) return [...checks, drafted(last)]
  if (checks.length > 0) yield checks
  await recording.stall(run.signal)
}
