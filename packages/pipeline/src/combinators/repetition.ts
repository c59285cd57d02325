// Stages that run more than once.
import { aFunction, checkOptions, UsageError, wholeNumber } from '@toolloop/wire'
import { isDelay } from '../definition/delay.ts'
import { childrenOf } from '../definition/path.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { StageError } from '../definition/result.ts'
import type { AnyStage, ContextOfAll, ContextOfStage, DoesNotFit, InputOf, OutputOf } from '../definition/stage.ts'
import { make, nodeOf } from './construction.ts'

export interface RetryOptions {
  /** How many attempts there are, the first one included. */
  readonly times: number
  /** Milliseconds before an attempt; the second one is attempt 2. @default 500 ms, doubled each time */
  readonly backoff?: number | ((attempt: number, error: StageError) => number) | undefined
  /** Whether to run it again after this error. @default an error without `retryable: false` */
  readonly when?: ((error: StageError) => boolean | Promise<boolean>) | undefined
}

/** Runs a stage again when it fails and a retry may succeed. A function reads the last error: `(input, { error })`. */
export function retry<const One extends AnyStage>(
  stage: One,
  options: RetryOptions,
): Pipeline<InputOf<One>, OutputOf<One>, ContextOfStage<One>> {
  checkOptions('retry', options, {
    times: wholeNumber(1),
    backoff: [isBackoff, 'milliseconds or a function of attempt and error'],
    when: aFunction,
  })
  const { times, backoff = doubled, when = ({ retryable }) => retryable } = options
  if (times === undefined) throw new UsageError('`retry` needs `times`: how many attempts there are.')
  const attempt = nodeOf(stage, '`retry`')
  return make({
    kind: 'retry',
    name: attempt.name,
    attempt,
    times,
    backoff: typeof backoff === 'number' ? () => backoff : backoff,
    when,
  })
}

const doubled = (attempt: number): number => 500 * 2 ** (attempt - 2)
const isBackoff = (value: unknown): boolean => typeof value === 'function' || isDelay(value)

/** What a judge gives: whether the output is good enough, and what the next round needs to know. */
export type Verdict = boolean | { readonly done: boolean }

export interface LoopOptions<In, Out, Judged> {
  /** The number of rounds after which the loop ends as `by: 'max'`. */
  readonly max: number
  /** Makes the input of the next round. @default the output of this round */
  readonly next?:
    | ((round: {
        readonly input: In
        readonly output: Out
        readonly verdict: Judged
        readonly round: number
      }) => In | Promise<In>)
    | undefined
}

/** How a loop ended: `judge` accepted the output, or `max` rounds passed. `output` and `verdict` are those of the last round. */
export interface Looped<Out, Judged> {
  readonly by: 'judge' | 'max'
  readonly output: Out
  readonly verdict: Judged
  readonly rounds: number
}

/** Runs a stage until the judge, any stage that takes its output, accepts: generate, evaluate, refine. */
export function loopUntil<const One extends AnyStage, const Judge extends AnyStage>(
  stage: One,
  judge: Judge &
    ([OutputOf<One>] extends [InputOf<Judge>]
      ? [OutputOf<Judge>] extends [Verdict]
        ? unknown
        : DoesNotFit<'The judge gives no verdict', OutputOf<Judge>, Verdict>
      : DoesNotFit<'The stage of the loop gives what its judge does not take', OutputOf<One>, InputOf<Judge>>),
  options: LoopOptions<InputOf<One>, OutputOf<One>, OutputOf<Judge>>,
): Pipeline<InputOf<One>, Looped<OutputOf<One>, OutputOf<Judge>>, ContextOfAll<[One, Judge]>> {
  checkOptions('loopUntil', options, { max: wholeNumber(1), next: aFunction })
  if (options.max === undefined)
    throw new UsageError('`loopUntil` needs `max`: after how many rounds it ends in any case.')
  const [one, two] = childrenOf([nodeOf(stage, '`loopUntil`'), nodeOf(judge, '`loopUntil`, judge')], ['stage', 'judge'])
  const next = options.next ?? (({ output }: { readonly output: unknown }) => output)
  return make({
    kind: 'loop',
    name: undefined,
    max: options.max,
    next: next as never,
    round: { kind: 'round', name: undefined, stage: one!, judge: two! },
  })
}
