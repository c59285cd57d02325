// The result of a run, computed from its state.
import type { ApprovalRequest } from '@toolloop/core'
import { causeOf, type ChildRun, noUsage, totalOf } from '@toolloop/core/machine'
import { ToolloopError } from '@toolloop/wire'
import type { Node } from '../definition/node.ts'
import { itemToken, join } from '../definition/path.ts'
import { type PipelineReport, type PipelineResult, type StageResult } from '../definition/result.ts'
import { itemsOf, itemState } from '../state/children.ts'
import { isActive, isSettled, Live, type NodeState } from '../state/node-state.ts'
import type { PipelineRun } from './pipeline-run.ts'
import { errorOf } from './stage.ts'

export function resultOf<Output>(run: PipelineRun): PipelineResult<Output> {
  const { root, level } = run
  const { state } = level
  const stages: Record<string, StageResult> = {}
  const { branches } = level.tree
  const children = branches.childrenOf('')
  const runs = new Map(children.map((child) => [child.path, child]))
  const gates: ApprovalRequest[] = []
  const { outcome, startedAt, endedAt } = state
  visit(root, state.root, run.base, (_node, one, path, isOver) => {
    if (one.status === 'idle') return
    const isAborted = isActive(one) && (isOver || outcome !== null)
    if (one.status === 'waiting' && one.request && !isAborted) gates.push(one.request)
    stages[path] = reportOf(run, isAborted ? 'aborted' : one.status, one, runs.get(path))
  })
  const report: PipelineReport = {
    runId: level.tree.id,
    ...totalOf({ usage: noUsage, cost: 0 }, children),
    timing: { startedAt, endedAt, ms: endedAt - startedAt },
    stages,
  }
  if (!outcome) return { ...report, status: 'approval', requests: [...gates, ...branches.requestsBelow('')] }
  switch (outcome.status) {
    case 'done':
      // Read by a process whose pipeline has the same name and other stages.
      if (state.root.status !== 'done') return { ...report, status: 'error', error: otherStages(run.name) }
      return { ...report, status: 'done', output: state.root.output as Output }
    case 'aborted':
      return { ...report, status: 'aborted', reason: outcome.reason }
    case 'budget': {
      const { dimension, spent, allowed } = outcome
      return { ...report, status: 'budget', dimension, spent, allowed }
    }
    case 'error': {
      const cause = causeOf(outcome.error)
      const error =
        cause instanceof Error
          ? cause
          : Object.assign(new ToolloopError('run', outcome.error.message), { name: outcome.error.name })
      return { ...report, status: 'error', error }
    }
    default:
      return { ...report, status: 'error', error: new ToolloopError('run', `The run ended as \`${outcome.status}\`.`) }
  }
}

const otherStages = (name: string): ToolloopError =>
  new ToolloopError(
    'run',
    `The run of the pipeline \`${name}\` ended with other stages than this process has, so its output is not known here. Read it with the version that ran last.`,
  )

/** Calls `see` for a node and all below it that have begun. `isOver`: a node above is settled, so this one runs no more. */
export function visit(
  node: Node,
  state: NodeState,
  path: string,
  see: (node: Node, state: NodeState, path: string, isOver: boolean) => void,
  isOver = false,
): void {
  see(node, state, path, isOver)
  if (node.kind === 'function' || node.kind === 'agent') return
  const isBelowOver = isOver || isSettled(state)
  if (node.kind === 'map' || node.kind === 'reduce') {
    const { states } = itemsOf(state)
    const count = states.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    for (let index = 0; index < count; index++)
      visit(node.item, itemState(itemsOf(state), index), join(path, itemToken(index)), see, isBelowOver)
    return
  }
  for (const [token, child] of Object.entries(state.children ?? {})) {
    const one = nodeOf(node, token)
    if (one) visit(one, child, join(path, token), see, isBelowOver)
  }
}

function nodeOf(
  node: Exclude<Node, { kind: 'function' | 'agent' | 'map' | 'reduce' }>,
  token: string,
): Node | undefined {
  if (node.kind === 'retry') return node.attempt
  if (node.kind === 'loop') return node.round
  const children =
    node.kind === 'gate'
      ? [node.stage]
      : node.kind === 'round'
        ? [node.stage, node.judge]
        : node.kind === 'branch'
          ? [node.classify, ...node.cases]
          : node.stages
  return children.find((child) => child.token === token)?.node
}

function reportOf(
  run: PipelineRun,
  status: StageResult['status'],
  { output, failures, startedAt, endedAt }: NodeState,
  child: ChildRun | undefined,
): StageResult {
  const first = failures?.[0]
  return {
    status,
    ...(status === 'done' && !(output instanceof Live) && { output }),
    ...(status === 'failed' && first && { error: errorOf(run, first) }),
    ...(startedAt !== undefined && endedAt !== undefined && { ms: endedAt - startedAt }),
    ...(child && { usage: child.usage }),
    ...(child?.cost !== undefined && { cost: child.cost }),
  }
}
