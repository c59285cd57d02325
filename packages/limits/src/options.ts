// The options of a shared limit, checked and with their defaults.
import type { ModelCall, ToolExecution } from '@toolloop/core'
import {
  aFunction,
  checkOptions,
  type Clock,
  milliseconds,
  oneOf,
  type OptionCheck,
  showOption,
  systemClock,
  UsageError,
  wholeNumber,
} from '@toolloop/wire'
import { unlimited, type WindowLimits } from './store.ts'

export interface SharedLimitOptions {
  /** The calls that share the limit: those with the same key in the same store. At most 500 characters. */
  readonly key: string | ((call: ModelCall | ToolExecution) => string)
  /** Calls that may start in a minute. */
  readonly requestsPerMinute?: number | undefined
  /** Prompt and completion tokens of a minute. For model calls only. */
  readonly tokensPerMinute?: number | undefined
  /** Calls that may run at the same time. */
  readonly concurrency?: number | undefined
  /** Limits the calls of these tools, not those of the model. */
  readonly tools?: readonly string[] | undefined
  /** Milliseconds that are counted over: 1,000 makes 600 a minute 10 a second. The same for all that share a key. @default 60_000 */
  readonly window?: number | undefined
  /** Completion tokens to reserve for a request without `max_completion_tokens`. @default 1_000 */
  readonly answerTokens?: number | undefined
  /** Counts the tokens of a text. @default UTF-8 bytes / 3 */
  readonly countTokens?: ((text: string) => number) | undefined
  /**
   * Milliseconds that a request may take to arrive at its server. It counts from the first part of its answer, or, where that
   * comes later, from this long after it started. @default `window` / 30
   */
  readonly delivery?: number | undefined
  /** Milliseconds after which the running calls of a process that died are released. Renewed while a call runs. @default 15_000 */
  readonly lease?: number | undefined
  /** Milliseconds for which a call waits at most; then it fails with a `SharedLimitError`. @default no bound */
  readonly maxWait?: number | undefined
  /** Milliseconds without a new call, in all processes, after a 429 without `Retry-After`. @default 1_000 */
  readonly coolDown?: number | undefined
  /**
   * What a call does when the store fails: it waits until the store is back, fails with a `SharedLimitError`, or starts
   * without a limit. @default 'wait'
   */
  readonly onUnavailable?: 'wait' | 'fail' | 'allow' | undefined
  /** Milliseconds after which a store that does not answer has failed. @default 5_000 */
  readonly storeTimeout?: number | undefined
  /** Measures waiting in this process; the store has a clock of its own. @default the system's */
  readonly clock?: Clock | undefined
}

export interface ResolvedOptions {
  readonly keyOf: (call: ModelCall | ToolExecution) => string
  readonly tools: ReadonlySet<string> | undefined
  readonly limits: WindowLimits
  readonly tokensPerMinute: number
  readonly answerTokens: number
  readonly countTokens: SharedLimitOptions['countTokens']
  readonly maxWait: number | undefined
  readonly coolDown: number
  readonly onUnavailable: 'wait' | 'fail' | 'allow'
  readonly storeTimeout: number
  readonly clock: Clock
}

const amount: OptionCheck = [
  (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  'a whole number of at least 1; leave it out for no limit',
]
const minute = 60_000
const slots = 120

const checks = {
  key: [isKeyOption, 'a text of 1 to 500 characters, or a function that returns one'],
  requestsPerMinute: amount,
  tokensPerMinute: amount,
  concurrency: amount,
  tools: [
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'),
    'an array of names of tools',
  ],
  window: [
    (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= minute,
    'a whole number of milliseconds from 100 to 60000',
  ],
  delivery: [
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= minute,
    'a whole number of milliseconds from 0 to 60000',
  ],
  answerTokens: wholeNumber(0),
  countTokens: aFunction,
  lease: [
    (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 86_400_000,
    'a whole number of milliseconds from 100 to 86400000 (a day)',
  ],
  maxWait: milliseconds,
  coolDown: [
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= minute,
    'a whole number of milliseconds from 0 to 60000',
  ],
  onUnavailable: oneOf('wait', 'fail', 'allow'),
  storeTimeout: milliseconds,
  clock: [
    (value) => typeof (value as Clock | null)?.setTimeout === 'function',
    'a clock: { now, setTimeout, clearTimeout }',
  ],
} satisfies Record<keyof SharedLimitOptions, OptionCheck>

/** @throws UsageError for an invalid option */
export function resolved(options: SharedLimitOptions): ResolvedOptions {
  checkOptions('sharedLimit()', options, checks)
  const { clock = systemClock, concurrency, key, requestsPerMinute, tokensPerMinute, tools } = options
  const { coolDown = 1_000, lease = 15_000, storeTimeout = 5_000, window = minute } = options
  const { delivery = Math.round(window / 30) } = options
  if (!isKeyOption(key)) throw new UsageError(`sharedLimit() needs a \`key\`: ${checks.key[1]}.`)
  if (concurrency === undefined && requestsPerMinute === undefined && tokensPerMinute === undefined)
    throw new UsageError(
      'sharedLimit() limits nothing: set `requestsPerMinute`, `tokensPerMinute`, `concurrency` or several of them.',
    )
  if (tools && tokensPerMinute !== undefined)
    throw new UsageError('sharedLimit(): calls of `tools` have no tokens; leave `tokensPerMinute` out.')
  return {
    keyOf: typeof key === 'string' ? () => key : (call) => checkedKey(key(call)),
    tools: tools && new Set(tools),
    limits: {
      requests: inWindow('requestsPerMinute', requestsPerMinute, window),
      tokens: inWindow('tokensPerMinute', tokensPerMinute, window),
      concurrency: concurrency ?? unlimited,
      window,
      slot: Math.max(1, Math.round(window / slots)),
      delivery,
      lease,
    },
    tokensPerMinute: tokensPerMinute ?? unlimited,
    answerTokens: options.answerTokens ?? 1_000,
    countTokens: options.countTokens,
    maxWait: options.maxWait,
    coolDown,
    onUnavailable: options.onUnavailable ?? 'wait',
    storeTimeout,
    clock,
  }
}

/** What a window may have of a minute's amount, rounded down. */
function inWindow(option: string, perMinute: number | undefined, window: number): number {
  if (perMinute === undefined) return unlimited
  const amountOf = Math.floor((perMinute * window) / minute)
  if (amountOf >= 1) return amountOf
  throw new UsageError(
    `sharedLimit(): \`${option}\` is ${perMinute}, which is less than 1 in a \`window\` of ${window} ms; make the window longer.`,
  )
}

function isKeyOption(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'string' && value !== '' && value.length <= 500)
}

function checkedKey(key: unknown): string {
  if (typeof key === 'string' && isKeyOption(key)) return key
  throw new UsageError(`sharedLimit(): \`key\` returned ${showOption(key)}; it must be ${checks.key[1]}.`)
}
