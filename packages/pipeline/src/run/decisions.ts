// Decisions of people: about gates, about functions that were interrupted, and about calls of agents.
import { ApprovalError, type ApprovalRequest, type Decision, type Fact, type RunOptions } from '@toolloop/core'
import {
  agentAt,
  type AgentSpec,
  type CallState,
  type Decided,
  decisionOf,
  decisionsOn,
  fact,
  specBehind,
  stageRequestsOf,
} from '@toolloop/core/machine'
import type { Node } from '../definition/node.ts'
import { tokensOf } from '../definition/path.ts'
import type { PipelineState } from '../state/pipeline-state.ts'
import { isWanted } from '../state/wanted-tasks.ts'
import type { NodeState } from '../state/node-state.ts'
import { jsonOrText } from '../state/children.ts'
import { visit } from './report.ts'

type Decisions = NonNullable<RunOptions['decisions']>

interface Waiting {
  readonly node: Node
  readonly state: NodeState
  readonly path: string
}

/**
 * The facts of decisions, those about calls of agents under the path of their run.
 * @throws ApprovalError or UsageError for decisions that do not fit
 */
export async function decisionsOf(
  root: Node,
  past: readonly Fact[],
  state: PipelineState,
  decisions: Decisions,
  base: string,
): Promise<Fact[]> {
  const facts: Fact[] = []
  const inside: Record<string, Decision> = {}
  const waiting: Waiting[] = []
  if (Object.keys(decisions).length > 0)
    visit(root, state.root, base, (node, one, path) => {
      if (one.status === 'waiting' && isWanted(root, state, tokensOf(path, base)))
        waiting.push({ node, state: one, path })
    })
  const answered = new Set<string>()
  for (const [id, given] of Object.entries(decisions)) {
    const request = requestOf(waiting, past, id)
    if (!request) inside[id] = given
    else if (answered.has(request.id))
      throw new ApprovalError('decided', id, `\`decisions\` answers the request ${JSON.stringify(request.id)} twice.`)
    else {
      answered.add(request.id)
      facts.push(await decided(request, given))
    }
  }
  const agentOf = (path: string): AgentSpec | undefined => {
    const at = waiting.find(
      (one) => one.node.kind === 'agent' && (path === one.path || path.startsWith(`${one.path}/`)),
    )
    return at?.node.kind === 'agent' ? agentAt(specBehind(at.node.agent), past, path, at.path) : undefined
  }
  return [...facts, ...(await decisionsOn(past, inside, agentOf))]
}

/** The fact of a decision about a stage. @throws UsageError for a value that is not a decision */
async function decided(request: ApprovalRequest, given: unknown): Promise<Fact> {
  const { callId, id, stage = '' } = request
  const decision = await decisionOf(decidedBy(request), askedBy(request), given)
  return fact({ type: 'approval.decision', step: 0, callId, id, decision, stage })
}

/** The request of a stage, as of a call. */
export const askedBy = (request: ApprovalRequest): CallState => ({
  call: { id: request.callId, type: 'function', function: { name: request.name, arguments: request.arguments } },
  phase: 'asked',
  request,
})

/** The edited input of a stage is any JSON, or a text. */
export const decidedBy = ({ name }: ApprovalRequest): Decided => ({
  name,
  tools: new Map([[name, { parse: jsonOrText }]]),
})

/** The pending request of a stage; `undefined`: the decision is not about a stage. @throws ApprovalError for one that is not pending any more */
function requestOf(waiting: readonly Waiting[], past: readonly Fact[], id: string): ApprovalRequest | undefined {
  const isNamed = (request: { readonly id?: string | undefined; readonly callId: string } | undefined): boolean =>
    request !== undefined && (request.id === id || request.callId === id)
  const pending = waiting.find(({ state: { request } }) => isNamed(request))?.state.request
  if (pending) return pending
  const ofStage = past.filter(
    (one): one is Extract<Fact, { type: 'approval.request' | 'approval.decision' }> =>
      (one.type === 'approval.request' || one.type === 'approval.decision') && one.stage !== undefined && isNamed(one),
  )
  const last = ofStage.at(-1)
  if (!last) return undefined
  const others = stageRequestsOf(past).map((one) => one.id)
  const words = `pending: ${others.join(', ') || 'none'}.`
  if (last.type === 'approval.decision')
    throw new ApprovalError('decided', id, `The request ${JSON.stringify(id)} is decided already; ${words}`)
  throw new ApprovalError('stale', id, `The request ${JSON.stringify(id)} is not pending any more; ${words}`)
}
