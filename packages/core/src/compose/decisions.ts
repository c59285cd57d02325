// Decisions on the requests of a whole tree, as the root is given them.
import type { AgentSpec } from '../agent/spec.ts'
import { teamOf } from '../agent/team.ts'
import { type Decided, decided, decisionOf } from '../approval/decision.ts'
import { ApprovalError } from '../approval/error.ts'
import { askedBy } from '../approval/request.ts'
import type { CallState } from '../facts/open-step.ts'
import { branchesOf } from '../facts/branches.ts'
import type { Decision, Fact } from '../facts/events.ts'
import { foldOf } from '../facts/read-log.ts'
import { stageRequestsOf } from '../facts/stage-requests.ts'
import { apply, initialState, type RunState } from '../facts/state.ts'
import { isInAdded } from './path.ts'

/**
 * The facts of decisions by request id, each under the path of its run. `agentOf`: the agent that the run at a path was started with.
 * @throws ApprovalError or UsageError for decisions that do not fit
 */
export async function decisionsOn(
  past: readonly Fact[],
  decisions: Readonly<Record<string, Decision>>,
  agentOf: (path: string) => AgentSpec | undefined,
): Promise<Fact[]> {
  const facts: Fact[] = []
  const entries = Object.entries(decisions)
  if (entries.length === 0) return facts
  const paths = [...new Set(past.map(({ path }) => path))]
  const inside = [...stageRequestsOf(past), ...branchesOf(past).requestsBelow('')].map(({ id }) => id)
  const answered = new Set<string>()
  for (const [id, given] of entries) {
    const path = paths.reduce((best, one) => (isNamed(id, one) && one.length > best.length ? one : best), '')
    const state = stateAt(past, path)
    const item = askedBy(state, id, path === '' ? inside : [])
    const key = `${path}/${item.call.id}`
    if (answered.has(key))
      throw new ApprovalError('decided', id, `\`decisions\` answers the call ${JSON.stringify(item.call.id)} twice.`)
    answered.add(key)
    const opened = agentOf(path)
    const agent = opened && teamOf(opened).get(state.holder)
    const isAdded = !opened && isInAdded(past, path)
    if (!agent && !isAdded)
      throw new ApprovalError(
        'stale',
        id,
        `The request ${JSON.stringify(id)} is of a run at \`${path}\`, which today's agents do not have any more.`,
      )
    // Edited arguments are parsed when the call runs.
    const decision = agent
      ? await decisionOf(agent, item, given)
      : await decisionOf(unknownAgent, asDynamic(item), given)
    facts.push({ ...decided(state.step, item, decision), path })
  }
  return facts
}

const unknownAgent: Decided = { name: '', tools: new Map() }
const asDynamic = (item: CallState): CallState =>
  item.request ? { ...item, request: { ...item.request, dynamic: true } } : item

const isNamed = (id: string, path: string): boolean => path !== '' && id.startsWith(`${path}/`)

const stateAt = (past: readonly Fact[], path: string): RunState =>
  foldOf(
    past.filter((one) => one.path === path),
    { initial: initialState, apply },
  )
