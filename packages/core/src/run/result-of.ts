import { type DeepPartial, PartialJson } from '@toolloop/stream'
import { type ModelRequest, ToolloopError } from '@toolloop/wire'
import { readAnswer, textOf } from './answer.ts'
import { AnswerText } from './answer-text.ts'
import { argumentsOf, nameOf } from '../facts/calls.ts'
import { totalOf } from '../facts/branches.ts'
import { causeOf } from '../facts/failure.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import type { Failure, Outcome } from '../facts/outcome.ts'
import type { Result, RunReport } from './result.ts'
import type { Run } from './run.ts'
import { messagesOf, ownTotals, prefixOf, requestsOf, stepsOf } from '../facts/state-views.ts'

/** Computes the result of a run from its state. */
export async function resultOf<Output>(run: Run): Promise<Result<Output>> {
  const { state } = run
  const report = reportOf<Output>(run)
  const { outcome } = state
  if (!outcome)
    return {
      ...report,
      status: 'approval',
      requests: [...requestsOf(state), ...run.level.tree.branches.requestsBelow(run.path)],
    }
  if (outcome.status === 'error') return { ...report, status: 'error', error: errorOf(outcome.error) }
  if (outcome.status === 'budget') return { ...report, ...(await budgetOf<Output>(run, outcome)) }
  if (outcome.status !== 'done') return { ...report, ...outcome }
  try {
    // The text may come from an old log: it is parsed by today's schema.
    return { ...report, status: 'done', output: (await readAnswer(run, outcome.text)) as Output }
  } catch (error) {
    return { ...report, status: 'error', error: error as Error }
  }
}

async function budgetOf<Output>(
  run: Run,
  { text, ...spent }: Extract<Outcome, { status: 'budget' }>,
): Promise<Omit<Extract<Result<Output>, { status: 'budget' }>, keyof RunReport>> {
  try {
    return text === undefined ? spent : { ...spent, output: (await readAnswer(run, text)) as Output }
  } catch {
    return spent // the schema has changed since
  }
}

function reportOf<Output>(run: Run): RunReport<Output> {
  const { state } = run
  const messages = messagesOf(state)
  const steps = stepsOf(state)
  const children = run.level.tree.branches.childrenOf(run.path)
  return {
    runId: run.id,
    agent: run.agent.name,
    messages,
    steps,
    children,
    ...totalOf(ownTotals(state), children),
    timing: { startedAt: state.startedAt, endedAt: state.endedAt, ms: state.endedAt - state.startedAt },
    partial: partialOf(run) as DeepPartial<Output> | undefined,
    prefix: prefixOf(state),
    request: (step) => requestOf(run, step),
    state,
  }
}

export function requestOf({ requests, state }: Run, step: number): ModelRequest | undefined {
  const parts = requests[step]
  return (
    parts && {
      ...parts.rest,
      messages: [...parts.head, ...(parts.conversation ?? state.messages).slice(0, parts.upTo)],
    }
  )
}

/** The incomplete answer of the last step. With an output schema: the JSON parsed so far. */
function partialOf({ state, agent }: Run): unknown {
  const step = stepsOf(state).at(-1)
  if (!step || state.outcome?.status === 'done') return undefined
  const final = step.message.tool_calls?.find((call) => nameOf(call) === FINAL_TOOL)
  if (agent.output) return partialJson(final ? argumentsOf(final) : textOf({ ...step, calls: [] }))
  return step.message.tool_calls?.length ? undefined : textOf(step) || undefined
}

function partialJson(text: string): unknown {
  const answer = new AnswerText()
  const bare = answer.push(text)
  if (answer.isWrapped) return answer.parsed
  const json = new PartialJson()
  try {
    json.push(bare)
  } catch {
    // The value before the first invalid character is kept.
  }
  return json.value
}

function errorOf(failure: Failure): Error {
  const cause = causeOf(failure)
  if (cause instanceof Error) return cause
  const { name, message } = failure
  return Object.assign(new ToolloopError('run', message, { cause }), { name })
}
