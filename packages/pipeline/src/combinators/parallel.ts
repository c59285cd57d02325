import { checkOptions, oneOf } from '@toolloop/wire'
import type { OnFailure } from '../definition/node.ts'
import { childrenOf } from '../definition/path.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { AnyStage, ContextOfAll, InputOf, OutputOf } from '../definition/stage.ts'
import { make, nodeOf } from './construction.ts'

export interface ParallelOptions {
  /**
   * What happens to the others when a stage fails: `abort` aborts them, `settle` lets them end. The stage fails either way;
   * what the others gave is kept in `result.stages`, and is not run again on a resume. @default 'abort'
   */
  readonly onFailure?: OnFailure | undefined
}

/** Runs stages side by side on the same input, and gives their outputs under the same keys. */
export function parallel<const Stages extends Readonly<Record<string, AnyStage>>>(
  stages: Stages,
  options: ParallelOptions = {},
): Pipeline<InputOfAll<Stages>, { [Key in keyof Stages]: OutputOf<Stages[Key]> }, ContextOfAll<Stages>> {
  checkOptions('parallel', options, { onFailure: oneOf('abort', 'settle') })
  const nodes = Object.entries(stages).map(([key, stage]) => ({
    ...nodeOf(stage, `\`parallel\`, stage \`${key}\``),
    name: key,
  }))
  const keys = Object.keys(stages)
  const children = childrenOf(nodes).map((child, at) => ({ ...child, key: keys[at]! }))
  return make({ kind: 'parallel', name: undefined, stages: children, onFailure: options.onFailure ?? 'abort' })
}

/** The input that all of these stages take. */
export type InputOfAll<Stages> = {
  [Key in keyof Stages]: (input: InputOf<Stages[Key]>) => void
}[keyof Stages] extends (input: infer Every) => void
  ? Every
  : never
