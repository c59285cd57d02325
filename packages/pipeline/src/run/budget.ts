// The budget of a pipeline's run.
import type { Exhausted } from '@toolloop/core'
import { checkBudget, checkPrice, specBehind } from '@toolloop/core/machine'
import { showOption, UsageError } from '@toolloop/wire'
import type { Child, Node } from '../definition/node.ts'
import type { PipelineBudget } from '../definition/pipeline.ts'
import type { NodeState, StageFailure } from '../state/node-state.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** @throws UsageError for invalid options, and for `usd` without the price of each agent's model */
export function checkBudgetOf(name: string, root: Node, budget: PipelineBudget | undefined): void {
  if (budget === undefined) return
  const who = `The run of \`${name}\``
  if (typeof budget !== 'object' || budget === null)
    throw new UsageError(`${who}: \`budget\` is ${showOption(budget)}; it must be { toolCalls, tokens, usd, ms, … }.`)
  for (const option of ['onExhausted', 'wrapUpTokens'])
    if (option in budget)
      throw new UsageError(
        `${who}: \`budget.${option}\` is for agents, which can answer with what they know. Give it to the agent, with a budget of its own.`,
      )
  checkBudget(who, budget)
  if (budget.usd !== undefined) for (const agent of agentsIn(root)) checkPrice(who, budget, specBehind(agent).model())
}

function* agentsIn(node: Node): Generator<Parameters<typeof specBehind>[0], void, undefined> {
  if (node.kind === 'agent') yield node.agent
  for (const child of nodesIn(node)) yield* agentsIn(child)
}

const nodesOf = (children: readonly Child[]): readonly Node[] => children.map((child) => child.node)

function nodesIn(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'function':
    case 'agent':
      return []
    case 'map':
    case 'reduce':
      return [node.item]
    case 'retry':
      return [node.attempt]
    case 'loop':
      return [node.round]
    case 'round':
      return nodesOf([node.stage, node.judge])
    case 'gate':
      return nodesOf([node.stage])
    case 'branch':
      return nodesOf([node.classify, ...node.cases])
    default:
      return nodesOf(node.stages)
  }
}

/** What the pipeline has spent, where that ended the agent of a failed stage: another attempt would end at once. */
export function spentBy({ level }: PipelineRun, { path, outcome }: StageFailure): Exhausted | undefined {
  if (outcome !== 'budget') return undefined
  const run = level.tree.branches.childrenOf('').find((child) => child.path === path)
  if (run?.outcome?.status !== 'budget') return undefined
  const { dimension, spent, allowed } = run.outcome
  // An agent's own budget is a matter of its stage.
  if (level.budget?.options[dimension] === allowed) return { dimension, spent, allowed }
  return level.tree.shareOver(path)?.[dimension] === allowed ? level.budget?.spentOn(dimension) : undefined
}

/** The same for a pipeline that has failed. */
export const spentIn = (run: PipelineRun, { failures = [] }: NodeState): Exhausted | undefined =>
  failures[0] && spentBy(run, failures[0])
