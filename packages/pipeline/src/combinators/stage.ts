import type { AnyAgent } from '@toolloop/core'
import { aText, checkLimit, checkOptions, milliseconds, oneOf, UsageError } from '@toolloop/wire'
import type { StageLimit } from '../definition/node.ts'
import type { Pipeline } from '../definition/pipeline.ts'
import type { AnyStage, ContextOfStage, InputOf, OutputOf, StageFunction } from '../definition/stage.ts'
import { make, nodeOf } from './construction.ts'

export interface StageOptions<In, Context> {
  /** Its part of the path. @default the name of the function or agent */
  readonly name?: string | undefined
  /** Shared by all runs of the process. With `key`, each key has a limit of its own. */
  readonly limit?: (StageLimit & { readonly key?: ((input: In, context: Context) => string) | undefined }) | undefined
  /** Milliseconds for one attempt. */
  readonly timeout?: number | undefined
  /**
   * Of a function that was interrupted, whose process died or whose run was aborted: `idempotent` runs it again on a resume,
   * with the same `idempotencyKey`; `unsafe` asks a person first. @default 'idempotent'
   */
  readonly effects?: 'idempotent' | 'unsafe' | undefined
}

/** A function or an agent with a name, a limit, a timeout. */
export function stage<const One extends ((input: never, call: never) => unknown) | AnyAgent>(
  target: One,
  options: StageOptions<InputOf<One>, ContextOfStage<One>>,
): Pipeline<InputOf<One>, OutputOf<One>, ContextOfStage<One>> {
  checkOptions('stage', options, {
    name: aText,
    limit: [(value) => typeof value === 'object' && value !== null, '{ concurrency, interval, intervalCap, key }'],
    timeout: milliseconds,
    effects: oneOf('idempotent', 'unsafe'),
  })
  if (options.limit) {
    const { key: _key, ...limit } = options.limit
    checkLimit('stage: `limit`', limit)
  }
  const { limit, timeout, effects } = options
  const node = nodeOf(target as AnyStage, '`stage`', { limit, key: limit?.key as never, timeout, effects })
  if (node.kind !== 'function' && node.kind !== 'agent')
    throw new UsageError(
      '`stage` takes a function or an agent. A pipeline is named by `.named(name)`; limit the stages in it.',
    )
  return make({ ...node, name: options.name ?? node.name })
}

/** Calls a function with the input and passes the input on. If it throws, the branch fails. */
export function tap<In, Context = unknown>(call: StageFunction<In, unknown, Context>): Pipeline<In, In, Context> {
  const node = nodeOf(call, '`tap`')
  if (node.kind !== 'function') throw new UsageError('`tap` takes a function.')
  return make({ ...node, passes: true })
}
