import type { ApprovalRequest, Fact } from './events.ts'

/** The requests of a pipeline's stages that no decision has answered, in the order in which they were made. */
export function stageRequestsOf(facts: readonly Fact[]): ApprovalRequest[] {
  const pending = new Map<string, ApprovalRequest>()
  for (const fact of facts)
    if (fact.type === 'approval.request' && fact.stage !== undefined) pending.set(fact.stage, fact)
    else if (fact.type === 'approval.decision' && fact.stage !== undefined) pending.delete(fact.stage)
    else if (fact.type === 'stage.cut')
      for (const stage of pending.keys()) if (isStageIn(stage, fact.stage)) pending.delete(stage)
  return [...pending.values()]
}

/** Whether a path is that of a stage, or of one inside it: `review[3]/classify#2` is inside `review` and `review[3]`. */
export const isStageIn = (path: string, outer: string): boolean =>
  outer === '' || path === outer || (path.startsWith(outer) && '/[#'.includes(path[outer.length]!))
