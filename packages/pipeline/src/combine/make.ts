import type { AnyAgent, RunArguments } from '@toolloop/core'
import { deskOf, drain, openRoot, OpenRunStream, specBehind } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { Node, StagePolicy } from '../definition/node.ts'
import { nodeBehind, type Pipeline, remember } from '../definition/pipeline.ts'
import type { PipelineResult } from '../definition/result.ts'
import type { AnyStage } from '../definition/stage.ts'
import { opening } from '../run/open.ts'

/** Makes the pipeline of a tree. */
export function make<In, Out, Context>(node: Node): Pipeline<In, Out, Context> {
  const name = node.name ?? node.kind
  const made: Pipeline<In, Out, Context> = {
    name,
    run: async (input: unknown, ...rest: RunArguments<Context>) => {
      const [options] = rest
      const desk = deskOf(options, false)
      return drain(await openRoot(opening<Out>(name, node, input, options ?? {}), { ...options, desk }, false))
    },
    stream: (input: unknown, ...rest: RunArguments<Context>) => {
      const [options] = rest
      const desk = deskOf(options, true)
      return new OpenRunStream<PipelineResult<Out>>(
        () => openRoot(opening<Out>(name, node, input, options ?? {}), { ...options, desk }, true),
        desk,
      )
    },
    named: (other: string) => make<In, Out, Context>({ ...node, name: other }),
  }
  return remember(Object.freeze(made), node)
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
