import { ToolRetry } from '@toolloop/schema'
import { checkOptionNames, UsageError } from '@toolloop/wire'
import type { Middleware } from '../models/middleware.ts'

/**
 * Limits how often tools run in one run: `limitTools({ search: 3 })`. A further call is not executed; the model reads
 * that the limit is reached. Counts over resumes. The limit is the agent's own: sub-agents do not share it.
 * @throws UsageError for a limit that is no whole number
 */
export function limitTools(limits: Readonly<Record<string, number>>): Middleware {
  checkOptionNames('limitTools()', limits, Object.keys(limits))
  const allowed = new Map(Object.entries(limits))
  for (const [name, most] of allowed)
    if (!Number.isInteger(most) || most < 0)
      throw new UsageError(
        `limitTools(): \`${name}\` is ${String(most)}; it must be a whole number of calls, 0 or more.`,
      )
  return Object.freeze<Middleware>({
    name: 'limitTools',
    tool({ name, earlier }, next) {
      const most = allowed.get(name)
      if (most === undefined || earlier() < most) return next()
      throw new ToolRetry(`Not run: \`${name}\` may be called ${most} times in a run. Go on without it.`)
    },
  })
}
