import type { Node } from '../definition/node.ts'
import { childrenOf } from '../definition/path.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { AnyStage, ContextOfAll, DoesNotFit, InputOf, OutputOf } from '../definition/stage.ts'
import { UsageError } from '@toolloop/wire'
import { make, nodeOf } from './construction.ts'

/**
 * Runs stages one after another: each takes what the one before it gives. A function may give an iterable to a `map` or
 * `reduce` behind it; every other output must be plain JSON, because it is recorded.
 * @throws UsageError for no stages, and values that are none
 */
export function pipe<const Stages extends readonly [AnyStage, ...AnyStage[]]>(
  ...stages: Stages & Fits<Stages>
): Pipeline<InputOf<Stages[0]>, OutputOf<Last<Stages>>, ContextOfAll<Stages>> {
  if (stages.length === 0) throw new UsageError('`pipe` needs at least one stage.')
  const nodes = stages.map((stage: AnyStage, at) => nodeOf(stage, `Stage ${at + 1} of the pipe`))
  const streaming = nodes.map((node, at): Node => {
    const next = nodes.slice(at + 1).find((one) => !(one.kind === 'function' && one.passes))
    return node.kind === 'function' && next && takesItems(next) ? { ...node, streams: true } : node
  })
  return make({ kind: 'pipe', name: undefined, stages: childrenOf(streaming) })
}

function takesItems(node: Node): boolean {
  if (node.kind === 'pipe') return takesItems(node.stages[0]!.node)
  return node.kind === 'map' || node.kind === 'reduce'
}

type Last<Stages extends readonly unknown[]> = Stages extends readonly [...unknown[], infer One] ? One : never

type Before = [
  '',
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
  '19',
  '20',
  '21',
  '22',
  '23',
  '24',
  '25',
  '26',
  '27',
  '28',
  '29',
  '30',
]
type Number = [
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
  '19',
  '20',
  '21',
  '22',
  '23',
  '24',
  '25',
  '26',
  '27',
  '28',
  '29',
  '30',
  '31',
]

/** The stages, where each takes what the one before it gives; else a type whose message names the two. */
export type Fits<Stages extends readonly AnyStage[]> = {
  [Index in keyof Stages]: Index extends keyof Before & keyof Number
    ? Before[Index] extends infer Prior extends keyof Stages & keyof Number
      ? [OutputOf<Stages[Prior]>] extends [InputOf<Stages[Index]>]
        ? Stages[Index]
        : DoesNotFit<
            `Stage ${Number[Prior] & string} of the pipe gives what stage ${Number[Index] & string} does not take`,
            OutputOf<Stages[Prior]>,
            InputOf<Stages[Index]>
          >
      : Stages[Index]
    : Stages[Index]
}
