// An item of a distributed map, or an agent below a stage, in the process that runs it.
import {
  budgetOf,
  OpenRunStream,
  openRoot,
  type Part,
  partOf,
  resultFrom,
  type RunnablePart,
  specBehind,
} from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { Node } from '../definition/node.ts'
import { tokensOf } from '../definition/path.ts'
import { nodeAt } from '../state/reopening.ts'
import { opening } from './opening.ts'

/**
 * A part of a run of the pipeline. An item is run as a pipeline of its own whose stages have the paths that they have in one
 * process.
 * @throws UsageError where the definition has no such stage
 */
export function partIn(name: string, root: Node, part: Part): RunnablePart {
  const [step, ...steps] = part.at
  const stage = step && 'stage' in step ? step.stage : ''
  const node = tokensOf(stage).reduce<Node | undefined>((one, token) => one && nodeAt(one, token), root)
  if (!node || (steps.length > 0 && node.kind !== 'agent'))
    throw new UsageError(
      `The pipeline \`${name}\` of this worker has no part at ${JSON.stringify(part.at)}: workers must serve the definition that started the run.`,
    )
  if (steps.length > 0 && node.kind === 'agent') return partOf(specBehind(node.agent), part, steps)
  const open = (options: Parameters<typeof openRoot>[1]) =>
    opening(name, node, part.input, options, budgetOf(part), part.path)
  return {
    stream: (options) => new OpenRunStream(() => openRoot(open(options), options, true), undefined),
    resultOf: async (facts) => {
      const result = await resultFrom(open({}), facts)
      return result.status === 'approval' ? { requests: result.requests } : {}
    },
  }
}
