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
        `Two agents or pipelines are named \`${name}\`. Clients find them by name: rename one of them.`,
      )
    registry.set(name, one)
  }
  return registry
}

/**
 * The agent or pipeline of this name. Another name gives one that cannot run: a new run is rejected, and one that has begun
 * waits for a worker that knows it.
 */
export function runnableFor(registry: ReadonlyMap<string, AnyRunnable>, name: string): AnyRunnable {
  const stream = (): never => {
    const names = [...registry.keys()].map((one) => `\`${one}\``).join(', ')
    throw new UsageError(`No agent or pipeline here is named \`${name}\`. The worker serves ${names || 'none'}.`)
  }
  return registry.get(name) ?? { name, stream }
}
