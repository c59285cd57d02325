// Which requests of a run are open, by its facts alone.
import { type ApprovalRequest, ApprovalError, type Decision, type Fact } from '@toolloop/core'
import { isStageIn } from '@toolloop/core/machine'

/** The requests of a run, and of all runs inside it, without a decision or a result, in the order in which they were made. */
export function openRequests(facts: readonly Fact[]): readonly ApprovalRequest[] {
  const open = new Map<string, ApprovalRequest>()
  for (const fact of facts)
    switch (fact.type) {
      case 'approval.request':
        open.set(keyOf(fact), fact)
        break
      case 'approval.decision':
      case 'tool.done':
      case 'tool.done.dynamic':
        open.delete(keyOf(fact))
        break
      case 'stage.cut':
        for (const [key, { stage, path }] of open) if (isStageIn(stage ?? path, fact.stage)) open.delete(key)
        break
      case 'run.done':
        for (const [key, { path }] of open) if (path === fact.path || path.startsWith(`${fact.path}/`)) open.delete(key)
        break
      default:
    }
  return [...open.values()]
}

const keyOf = ({ path, callId, stage }: { path: string; callId: string; stage?: string }): string =>
  JSON.stringify([stage ?? path, stage === undefined ? callId : ''])

/** @throws ApprovalError for a decision on no request, or on one that is decided */
export function checkDecisions(facts: readonly Fact[], decisions: Readonly<Record<string, Decision>>): void {
  const open = openRequests(facts)
  for (const id of Object.keys(decisions)) {
    if (open.some((one) => isNamed(one, id))) continue
    const isKnown = facts.some((one) => one.type === 'approval.request' && isNamed(one, id))
    const ids = open.map((one) => JSON.stringify(one.id)).join(', ')
    throw new ApprovalError(
      isKnown ? 'decided' : 'unknown',
      id,
      isKnown
        ? `The request ${JSON.stringify(id)} is decided already, or its call has ended.`
        : `The run has no request ${JSON.stringify(id)}. Open requests: ${ids || 'none'}.`,
    )
  }
}

/** Whether both ids name one of the requests: a request has its own id, and that of its call. */
export const namesSameRequest = (requests: readonly ApprovalRequest[], id: string, other: string): boolean =>
  id === other || requests.some((one) => isNamed(one, id) && isNamed(one, other))

const isNamed = (request: ApprovalRequest, id: string): boolean => request.id === id || request.callId === id
