// May a request be sent again, and when?
import type { ToolloopError } from '@toolloop/wire'
import { APIError } from '../errors/classes.ts'
import type { ResolvedBackoff } from '../request/options.ts'

export interface RetryPolicy {
  readonly maxRetries: number
  readonly backoff: ResolvedBackoff
  /** From 0 to 1. */
  readonly random: () => number
}

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly error: ToolloopError
  /** From 1. */
  readonly attempt: number
  /** Milliseconds the request has left in all. */
  readonly left: number
  /** The key comes from a function that was not asked for another one yet. */
  readonly renewsKey: boolean
}

/** Milliseconds until the next attempt; `undefined`: there is none. */
export function delayBefore(
  policy: RetryPolicy,
  { error, attempt, left, renewsKey }: FailedAttempt,
): number | undefined {
  if (attempt > policy.maxRetries) return undefined
  if (renewsKey && error instanceof APIError && error.status === 401) return 0
  if (!error.retryable) return undefined
  const { initial, max, cap } = policy.backoff
  const asked = error instanceof APIError ? error.retryAfter : undefined
  if (asked !== undefined && asked > cap) return undefined
  const delay = asked ?? policy.random() * Math.min(max, initial * 2 ** (attempt - 1))
  return delay < left ? delay : undefined
}
