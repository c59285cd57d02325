// The timeouts of a request: as options, and resolved to numbers.
import { UsageError } from '@toolloop/wire'

/** Milliseconds; `Infinity` and `0` switch a timeout off. */
export interface Timeouts {
  /** The whole request: all attempts, the waits between them, the stream. @default 600_000 */
  readonly total?: number | undefined
  /** One attempt. @default the total */
  readonly attempt?: number | undefined
  /** Until the connection is open; with `fetch` it is part of `headers`. @default 10_000 */
  readonly connect?: number | undefined
  /** From the open connection to the response's headers. @default the total */
  readonly headers?: number | undefined
  /** From the headers to the first event of a stream. @default the total */
  readonly firstEvent?: number | undefined
  /** Between two events of a stream; comments do not count as events. @default 180_000 */
  readonly idle?: number | undefined
  /**
   * After the last `finish_reason`, the wait for the usage, `[DONE]` or the end of the body. At most `idle`. When it runs
   * out the answer ends normally, without an error. @default 5_000
   */
  readonly trailer?: number | undefined
}

type TimeoutName = keyof Timeouts
export type ResolvedTimeouts = Readonly<Record<TimeoutName, number>>

/** Merges timeouts over the defaults; later settings win. */
export function resolveTimeouts(...settings: readonly (number | Timeouts | undefined)[]): ResolvedTimeouts {
  const result: Record<TimeoutName, number> = { ...defaults }
  for (const setting of settings) {
    if (setting !== undefined && typeof setting !== 'number' && (typeof setting !== 'object' || setting === null))
      throw new UsageError(
        `\`timeout\` is ${JSON.stringify(setting)}; it must be milliseconds or { total, connect, headers, firstEvent, idle, trailer, attempt }`,
      )
    const given = typeof setting === 'number' ? { total: setting } : (setting ?? {})
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined) result[nameOf(name)] = millisecondsOf(name, value)
    }
  }
  return result
}

const defaults: ResolvedTimeouts = {
  total: 600_000,
  attempt: Number.POSITIVE_INFINITY,
  connect: 10_000,
  headers: Number.POSITIVE_INFINITY,
  firstEvent: Number.POSITIVE_INFINITY,
  idle: 180_000,
  trailer: 5_000,
}

function nameOf(name: string): TimeoutName {
  if (Object.hasOwn(defaults, name)) return name as TimeoutName
  throw new UsageError(`There is no timeout \`${name}\`. Use one of ${Object.keys(defaults).join(', ')}`)
}

function millisecondsOf(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value === 0 ? Number.POSITIVE_INFINITY : value
  throw new UsageError(`\`timeout.${name}\` must be milliseconds (0 or Infinity: no timeout), not ${String(value)}`)
}
