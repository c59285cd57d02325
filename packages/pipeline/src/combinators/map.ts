import { checkLimit, checkOptions, oneOf, UsageError, wholeNumber } from '@toolloop/wire'
import type { OnFailure } from '../definition/node.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { AnyStage, ContextOfStage, InputOf, OutputOf, StageContext } from '../definition/stage.ts'
import { make, nodeOf } from './construction.ts'

/** What `map` and `reduce` take. An iterable is read as places become free, and only once. */
export type ItemsOf<Item> = readonly Item[] | Iterable<Item> | AsyncIterable<Item>

export interface MapOptions {
  /** How many items run at once. @default 8 */
  readonly concurrency?: number | undefined
  /** Milliseconds, in which at most `intervalCap` items start. */
  readonly interval?: number | undefined
  readonly intervalCap?: number | undefined
  /** The order of the outputs: of the items, or of their completion. @default 'input' */
  readonly order?: 'input' | 'completion' | undefined
  /** What happens to the other items when one fails: they are aborted and no other starts, or all items run. @default 'abort' */
  readonly onFailure?: OnFailure | undefined
  /**
   * On a durable engine each item is a workflow of its own, which any worker may run; elsewhere it changes nothing. An item
   * uses a share of the run's budget. @default false
   */
  readonly distribute?: boolean | undefined
}

/**
 * Runs a stage for each item of an array or an (async) iterable. Items of an iterable are recorded; to resume, the caller
 * passes the same iterable again, and finished items are skipped.
 */
export function map<const One extends AnyStage>(
  stage: One,
  options: MapOptions = {},
): Pipeline<ItemsOf<InputOf<One>>, OutputOf<One>[], ContextOfStage<One>> {
  const { concurrency = 8, interval, intervalCap, order = 'input', onFailure = 'abort' } = options
  const { distribute = false } = options
  checkOptions('map', options, checks)
  if (interval !== undefined || intervalCap !== undefined) checkLimit('map', { interval, intervalCap })
  const item = nodeOf(stage, '`map`')
  const rate = interval === undefined ? undefined : { interval, intervalCap }
  return make({ kind: 'map', name: item.name, item, concurrency, rate, order, onFailure, distribute })
}

const checks = {
  concurrency: wholeNumber(1),
  interval: wholeNumber(1),
  intervalCap: wholeNumber(1),
  order: oneOf('input', 'completion'),
  onFailure: oneOf('abort', 'settle'),
  distribute: oneOf(true, false),
}

/** The item of a `reduce`, with what the items before it came to. */
export interface Reduced<Total, Item> {
  readonly total: Total
  readonly item: Item
  readonly index: number
}

/** Runs a stage for one item after another: it takes the total so far and the item, and gives the next total. */
export function reduce<Total, Item, Context = unknown>(
  stage: ReduceStage<Total, Item, Context>,
  initial: Total,
): Pipeline<ItemsOf<Item>, Total, Context> {
  if (initial === undefined) throw new UsageError('`reduce` needs an initial total: reduce(stage, 0).')
  const item = nodeOf(stage, '`reduce`')
  return make({ kind: 'reduce', name: item.name, item, initial })
}

type ReduceStage<Total, Item, Context> =
  | ((input: Reduced<Total, Item>, stage: StageContext<Context>) => Total | PromiseLike<Total>)
  | Pipeline<Reduced<Total, Item>, Total, Context>
