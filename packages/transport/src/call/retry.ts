// Whether a request is retried, and after which delay.
import type { ToolloopError } from '@toolloop/wire'
import { APIError } from '../errors/classes.ts'
import type { ResolvedBackoff } from '../request/options.ts'

export interface RetryPolicy {
  readonly maxRetries: number
  readonly backoff: ResolvedBackoff
  /** Returns a number from 0 to 1. */
  readonly random: () => number
}

/** The facts of a failed attempt. */
export interface FailedAttempt {
  readonly error: ToolloopError
  /** Counted from 1. */
  readonly attempt: number
  /** Milliseconds until the total timeout. */
  readonly left: number
  /** The key comes from a function, and no 401 has been retried yet. */
  readonly renewsKey: boolean
}

/** Milliseconds until the next attempt; `undefined` where the request is not retried. */
export function delayBefore(
  policy: RetryPolicy,
  { error, attempt, left, renewsKey }: FailedAttempt,
): number | undefined {
  if (attempt > policy.maxRetries) return undefined
  if (renewsKey && error instanceof APIError && error.status === 401) return 0
  if (!error.retryable) return undefined
  const { initial, max, cap } = policy.backoff
  const requested = error instanceof APIError ? error.retryAfter : undefined
  if (requested !== undefined && requested > cap) return undefined
  const delay = requested ?? policy.random() * Math.min(max, initial * 2 ** (attempt - 1))
  return delay < left ? delay : undefined
}
