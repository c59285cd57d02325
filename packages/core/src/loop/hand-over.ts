// The step that hands the run over is closed: another agent takes the run.
import { UsageError } from '@toolloop/wire'
import { messagesFrom } from '../agent/input.ts'
import { fact, type FactOf, type ToolDone } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { frozen } from '../facts/state-views.ts'
import { withContextHint } from '../run/context-hint.ts'
import type { Run } from '../run/run.ts'
import type { Source } from '../run/scope.ts'
import { stopped } from '../step/model.ts'

/** Ends with `handoff`, or with the end of the run where a condition of the agent before holds. */
// oxlint-disable-next-line require-yield -- its only batch is its last
export async function* handOver(run: Run): Source {
  const { agent, state, team } = run
  const call = state.transfer!
  try {
    const stop = state.steps.length > state.since && agent.stopWhen.length > 0 ? await stopped(run) : undefined
    if (stop) return [stop]
    const next = team.get(call.handoff!)!
    const shown = await shownTo(run, call)
    const { step, callId } = call
    const mark = { name: next.name, fingerprint: next.fingerprint }
    return [fact({ type: 'handoff', step, callId, from: agent.name, agent: mark, ...(shown && { shown }) })]
  } catch (error) {
    return [failed(withContextHint(run, 'The `filter` of a handoff', error))]
  }
}

/** What `filter` returns. Messages of the conversation are recorded by their index. */
async function shownTo(run: Run, call: ToolDone): Promise<FactOf<'handoff'>['shown']> {
  const { filter, tool } = run.agent.handoffs.get(call.name) ?? {}
  if (!filter || !tool) return undefined
  const { messages } = frozen(run.state)
  const chosen = await filter(messages, { args: await tool.parse(call.arguments), context: run.context })
  if (!Array.isArray(chosen) || chosen.length === 0)
    throw new UsageError(
      `The \`filter\` of the handoff to \`${call.handoff}\` returned no messages; it must return those that the agent reads.`,
    )
  const indexes = new Map(messages.map((message, index) => [message, index]))
  const own = messagesFrom(chosen as typeof messages)
  return own.map((message, at) => indexes.get(chosen[at] as (typeof messages)[number]) ?? message)
}
