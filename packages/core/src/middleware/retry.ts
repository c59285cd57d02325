import {
  aFunction,
  checkOptions,
  type Clock,
  milliseconds,
  type OptionCheck,
  sleep,
  systemClock,
  UsageError,
  wholeNumber,
} from '@toolloop/wire'
import { AnswerCheck } from '../models/answer-check.ts'
import type { Middleware } from '../models/middleware.ts'

export interface RetryOptions {
  /** Retries of one request. @default 2 */
  readonly retries?: number | undefined
  /** Milliseconds before the first retry; each further delay is twice as long. @default 500 */
  readonly initial?: number | undefined
  /** The longest delay in milliseconds. @default 8_000 */
  readonly max?: number | undefined
  /** Whether an error is retried. @default an error without `retryable: false` */
  readonly when?: ((error: unknown) => boolean) | undefined
  /** A number from 0 to 1; a delay is between half of its length and all of it. @default Math.random */
  readonly random?: (() => number) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/**
 * Retries model calls that fail before the first token, with growing delays; each retry is an `attempt.retry` event. For
 * models that do not retry by themselves: a client has `maxRetries`. A stream that breaks later is `stepRetries`' matter.
 * @throws UsageError for an invalid option
 */
export function retry(options: RetryOptions = {}): Middleware {
  checkOptions('retry()', options, checks)
  const {
    retries = 2,
    initial = 500,
    max = 8_000,
    when = isRetryable,
    random = Math.random,
    clock = systemClock,
  } = options
  return Object.freeze<Middleware>({
    name: 'retry',
    async *model({ signal, onRetry }, next) {
      for (let attempt = 1; ; attempt++) {
        const check = new AnswerCheck(false)
        try {
          for await (const chunks of next()) {
            if (!check.begun) check.follow(chunks)
            yield chunks
          }
          return
        } catch (error) {
          if (check.begun || attempt > retries || signal?.aborted || !when(error)) throw error
          const delay = Math.min(max, initial * 2 ** (attempt - 1)) * (0.5 + random() / 2)
          onRetry?.({ attempt, delay, error: error as Error })
          await sleep(clock, delay, signal)
        }
      }
    },
  })
}

const checks: Readonly<Record<string, OptionCheck>> = {
  retries: wholeNumber(0),
  initial: milliseconds,
  max: milliseconds,
  when: aFunction,
  random: aFunction,
  clock: [
    (value) => typeof (value as Clock | null)?.setTimeout === 'function',
    'a clock: { now, setTimeout, clearTimeout }',
  ],
}

const isRetryable = (error: unknown): boolean =>
  !(error instanceof UsageError) && (error as { retryable?: unknown } | null)?.retryable !== false
