import type { AnyAgent } from '@toolloop/core'
import {
  deskOf,
  drain,
  fingerprintOf,
  openRoot,
  OpenRunStream,
  rememberRunnable,
  resultFrom,
  specBehind,
} from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { Node, StagePolicy } from '../definition/node.ts'
import { nodeBehind, type Pipeline, type PipelineArguments, remember } from '../definition/pipeline.ts'
import { shapeOf } from '../definition/shape.ts'
import type { PipelineResult } from '../definition/result.ts'
import type { AnyStage } from '../definition/stage.ts'
import { checkBudgetOf } from '../run/budget.ts'
import { opening } from '../run/opening.ts'
import { partIn } from '../run/part-run.ts'

/** Makes the pipeline of a tree. */
export function make<In, Out, Context>(node: Node): Pipeline<In, Out, Context> {
  const name = node.name ?? node.kind
  const opened = (input: unknown, [given = {}]: PipelineArguments<unknown>, watched: boolean) => {
    const { budget, ...options } = given
    checkBudgetOf(name, node, budget)
    const desk = deskOf(options, watched)
    const open = () => openRoot(opening<Out>(name, node, input, options, budget), { ...options, desk }, watched)
    return { desk, open }
  }
  const made: Pipeline<In, Out, Context> = {
    name,
    run: async (input: unknown, ...options: PipelineArguments<Context>) =>
      drain(await opened(input, options, false).open()),
    stream: (input: unknown, ...options: PipelineArguments<Context>) => {
      const { open, desk } = opened(input, options, true)
      return new OpenRunStream<PipelineResult<Out>>(open, desk)
    },
    named: (other: string) => make<In, Out, Context>({ ...node, name: other }),
  }
  return rememberRunnable(remember(Object.freeze(made), node), {
    kind: 'pipeline',
    name,
    fingerprint: () => fingerprintOf(shapeOf(node)),
    open: (input, { budget, ...options }, watched) => {
      checkBudgetOf(name, node, budget)
      return openRoot(opening<Out>(name, node, input, options, budget), options, watched)
    },
    resultOf: (facts) => resultFrom(opening<Out>(name, node, undefined, {}), facts),
    part: (part) => partIn(name, node, part),
  })
}

/** The node of a stage. @throws UsageError for a value that is none */
export function nodeOf(stage: AnyStage, who: string, policy: StagePolicy = {}): Node {
  const known = nodeBehind(stage)
  if (known) return known
  if (typeof stage === 'function')
    return {
      kind: 'function',
      name: stage.name || undefined,
      run: stage as never,
      policy,
      passes: false,
      streams: false,
    }
  if (isAgent(stage)) {
    specBehind(stage)
    return { kind: 'agent', name: stage.name, agent: stage, policy }
  }
  throw new UsageError(
    `${who}: a stage is a function, an agent or a pipeline, not ${stage === null ? 'null' : typeof stage}.`,
  )
}

const isAgent = (stage: unknown): stage is AnyAgent =>
  typeof stage === 'object' && stage !== null && 'run' in stage && 'tools' in stage
