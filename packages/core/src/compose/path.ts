import type { AgentSpec, AnyTool } from '../agent/spec.ts'
import { teamOf } from '../agent/team.ts'
import { type Fact, isToolStart } from '../facts/events.ts'
import { segmentOf } from '../facts/segment.ts'
import { agentBehind } from './agent-tool.ts'

/**
 * The agent of the run at a path at or below the run of `agent` at `from`, by the calls in the log; `undefined` when today's
 * agents have no such tool.
 */
export function agentAt(agent: AgentSpec, facts: readonly Fact[], path: string, from = ''): AgentSpec | undefined {
  if (path === from) return agent
  const segments = path.slice(from === '' ? 0 : from.length + 1).split('/')
  let at = from
  let found: AgentSpec | undefined = agent
  for (const segment of segments) {
    const above = at
    const start = facts.find(
      (one) => isToolStart(one) && one.path === above && segmentOf(one.step, one.callId) === segment,
    )
    const holder: AgentSpec | undefined = found && start && holderAt(found, facts, start)
    const one: AnyTool | undefined = start && isToolStart(start) ? holder?.tools.get(start.name) : undefined
    found = one && agentBehind(one)?.spec
    at = at === '' ? segment : `${at}/${segment}`
  }
  return found
}

/** Whether the run at a path is inside a call of a tool that `prepareStep` added: its agent is known once the call runs. */
export const isInAdded = (facts: readonly Fact[], path: string): boolean =>
  facts.some((one) => {
    if (one.type !== 'tool.start.dynamic') return false
    const added = `${one.path === '' ? '' : `${one.path}/`}${segmentOf(one.step, one.callId)}`
    return path === added || path.startsWith(`${added}/`)
  })

/** The agent that held the run of `agent` when a fact of it was logged. */
function holderAt(agent: AgentSpec, facts: readonly Fact[], { path, seq }: Fact): AgentSpec | undefined {
  const last = facts.findLast((one) => one.type === 'handoff' && one.path === path && one.seq < seq)
  return last?.type === 'handoff' ? teamOf(agent).get(last.agent.name) : agent
}
