// Which stage runs: by a classifier, by failure, by speed, by a person.
import { UsageError } from '@toolloop/wire'
import type { StageCall } from '../definition/node.ts'
import { childrenOf } from '../definition/path.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { AnyStage, ContextOfAll, ContextOfStage, InputOf, OutputOf } from '../definition/stage.ts'
import type { InputOfAll } from './parallel.ts'
import { make, nodeOf } from './construction.ts'

/**
 * Runs the stage that the classifier chooses. The classifier, any stage, gives one of the keys; the chosen stage takes the
 * branch's input. There must be a stage for each key that the classifier may give, and none beside.
 */
export function branch<
  const Classify extends AnyStage,
  const Cases extends Readonly<Record<OutputOf<Classify> & string, AnyStage>>,
>(
  classify: Classify,
  cases: Cases & { readonly [Key in Exclude<keyof Cases, OutputOf<Classify>>]: never },
): Pipeline<
  InputOfAll<Cases & { readonly classify: Classify }>,
  OutputOf<Cases[keyof Cases]>,
  ContextOfAll<Cases> & ContextOfStage<Classify>
> {
  const keys = Object.keys(cases)
  if (keys.length === 0) throw new UsageError('`branch` needs a stage for each key of its classifier.')
  const first = nodeOf(classify, '`branch`, classifier')
  const rest = keys.map((key) => ({
    ...nodeOf((cases as Record<string, AnyStage>)[key]!, `\`branch\`, stage \`${key}\``),
    name: key,
  }))
  const [chosen, ...children] = childrenOf([{ ...first, name: first.name ?? 'classify' }, ...rest])
  return make({
    kind: 'branch',
    name: undefined,
    classify: chosen!,
    cases: children.map((child, at) => ({ ...child, key: keys[at]! })),
  })
}

/** Runs the stages in turn until one succeeds. The later ones read why the one before failed: `(input, { error })`. */
export function fallback<const Stages extends readonly [AnyStage, AnyStage, ...AnyStage[]]>(
  ...stages: Stages
): Pipeline<InputOfAll<Indexed<Stages>>, OutputOf<Stages[number]>, ContextOfAll<Stages>> {
  return make({
    kind: 'fallback',
    name: undefined,
    stages: childrenOf(stages.map((stage, at) => nodeOf(stage, `\`fallback\`, stage ${at + 1}`))),
  })
}

/** Runs the stages side by side; the first that succeeds wins, and the others are aborted. */
export function race<const Stages extends readonly [AnyStage, AnyStage, ...AnyStage[]]>(
  ...stages: Stages
): Pipeline<InputOfAll<Indexed<Stages>>, OutputOf<Stages[number]>, ContextOfAll<Stages>> {
  return make({
    kind: 'race',
    name: undefined,
    stages: childrenOf(stages.map((stage, at) => nodeOf(stage, `\`race\`, stage ${at + 1}`))),
  })
}

type Indexed<Stages extends readonly unknown[]> = { [Index in Extract<keyof Stages, `${number}`>]: Stages[Index] }

/**
 * Runs a stage once a person has consented. `check` decides whether one is asked; `true` always asks. The run pauses as
 * `approval`, or waits where it has an approver. A decision may replace the input (`arguments`) or give the output
 * (`result`, JSON or text); a declined stage fails.
 */
export function gate<const One extends AnyStage>(
  stage: One,
  check: true | ((input: InputOf<One>, call: Pick<StageCall, 'context'>) => boolean | Promise<boolean>) = true,
): Pipeline<InputOf<One>, OutputOf<One>, ContextOfStage<One>> {
  if (check !== true && typeof check !== 'function')
    throw new UsageError('`gate` takes a stage, and `true` or a function of its input.')
  const node = nodeOf(stage, '`gate`')
  const [child] = childrenOf([node], ['stage'])
  return make({ kind: 'gate', name: node.name, stage: child!, check: check === true ? () => true : (check as never) })
}
