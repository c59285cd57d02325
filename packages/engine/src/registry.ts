import { runnableBehind } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { AnyRunnable } from './journaled-run.ts'

/** The agents and pipelines of a worker, by name. @throws UsageError for other values, and two of one name */
export function registryOf(runnables: readonly AnyRunnable[]): ReadonlyMap<string, AnyRunnable> {
  const registry = new Map<string, AnyRunnable>()
  for (const one of runnables) {
    const { name } = runnableBehind(one)
    if (registry.has(name))
      throw new UsageError(
        `Two agents or pipelines are named \`${name}\`: clients find them by name, so give one another.`,
      )
    registry.set(name, one)
  }
  return registry
}
