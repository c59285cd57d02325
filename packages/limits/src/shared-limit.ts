// A limit that processes share, as a middleware around model calls or tool calls.
import type { Middleware, ModelCall, ToolExecution } from '@toolloop/core'
import { promptTokens } from '@toolloop/core/machine'
import { type Chunk, LimitError, type ModelRequest, type Usage } from '@toolloop/wire'
import { SharedLimitError } from './error.ts'
import { Line, type Outcome, type Units } from './line.ts'
import { holding, linesAround } from './nested.ts'
import { type ResolvedOptions, resolved, type SharedLimitOptions } from './options.ts'
import { type LimitStore, unlimited } from './store.ts'

/**
 * Limits calls per minute, tokens per minute and concurrent calls, over all processes that use the same store and key.
 * Around model calls, or with `tools` around the calls of these tools. A call waits until it fits: first come, first served
 * within a process, and in the order of their first calls between processes. Its units are reserved before it starts and
 * settled when its answer has ended. What a process held that died is released when its lease has run out.
 * @throws UsageError for an invalid option
 */
export function sharedLimit(store: LimitStore, options: SharedLimitOptions): Middleware {
  const checked = resolved(options)
  return Object.freeze<Middleware>(
    checked.tools
      ? { name: 'sharedLimit', tool: (call, next) => aroundTool(store, checked, call, () => next()) }
      : { name: 'sharedLimit', model: (call, next) => aroundModel(store, checked, call, next()) },
  )
}

async function* aroundModel(
  store: LimitStore,
  options: ResolvedOptions,
  call: ModelCall,
  answer: AsyncIterable<readonly Chunk[]>,
): AsyncGenerator<readonly Chunk[], void, undefined> {
  const key = options.keyOf(call)
  const units = await acquire(lineOf(store, key), key, options, call, tokensOf(call, key, options))
  let answeredAt: number | undefined
  let tokens: number | undefined
  let coolDown = 0
  try {
    for await (const chunks of answer) {
      answeredAt ??= options.clock.now()
      for (const { usage } of chunks) if (usage) tokens = totalOf(usage) ?? tokens
      yield chunks
    }
  } catch (error) {
    coolDown = coolDownAfter(error, options)
    throw error
  } finally {
    units.settle({ answeredAt, tokens, coolDown })
  }
}

async function aroundTool(
  store: LimitStore,
  options: ResolvedOptions,
  call: ToolExecution,
  next: () => Promise<unknown>,
): Promise<unknown> {
  if (!options.tools?.has(call.name)) return next()
  const key = options.keyOf(call)
  const line = lineOf(store, key)
  const units = await acquire(line, key, options, call, 0)
  let outcome: Outcome = {}
  try {
    return await holding(line, call, next)
  } catch (error) {
    outcome = { coolDown: coolDownAfter(error, options) }
    throw error
  } finally {
    units.settle(outcome)
  }
}

function acquire(
  line: Line,
  key: string,
  options: ResolvedOptions,
  call: ModelCall | ToolExecution,
  tokens: number,
): Promise<Units> {
  const around = linesAround(call.runId)
  if (options.limits.concurrency < unlimited && around.has(line))
    throw new SharedLimitError(
      'limit_nested',
      key,
      `A call under the shared limit \`${key}\` is inside a tool call that holds one of its ${options.limits.concurrency} concurrent calls, so it could wait forever. Give the inner calls a key of their own.`,
    )
  return line.acquire({
    tokens,
    options,
    signal: call.signal,
    outer: Array.from(around, (one) => one.key),
    onRetry: 'onRetry' in call ? call.onRetry : undefined,
  })
}

/** All limits of the process that use one store and key wait in one line. */
const lines = new WeakMap<LimitStore, { readonly byKey: Map<string, Line>; sweepAt: number }>()

function lineOf(store: LimitStore, key: string): Line {
  const ofStore = lines.get(store) ?? { byKey: new Map<string, Line>(), sweepAt: 1_000 }
  lines.set(store, ofStore)
  const { byKey } = ofStore
  const known = byKey.get(key)
  if (known) return known
  if (byKey.size >= ofStore.sweepAt) {
    for (const [other, line] of byKey) if (line.isIdle) byKey.delete(other)
    ofStore.sweepAt = Math.max(1_000, 2 * byKey.size)
  }
  const line = new Line(store, key)
  byKey.set(key, line)
  return line
}

/** Counts of messages, for agents: theirs are frozen. */
const counts = new WeakMap<object, number>()

/** The prompt and the largest answer. @throws LimitError for a request that a window never has room for */
function tokensOf({ agent, request }: ModelCall, key: string, options: ResolvedOptions): number {
  const { answerTokens, countTokens, limits, tokensPerMinute } = options
  if (tokensPerMinute === unlimited) return 0
  const known = agent === undefined || countTokens ? new WeakMap<object, number>() : counts
  const prompt = Math.ceil(promptTokens(request, countTokens, known))
  const answer = answerOf(request, answerTokens)
  if (prompt + answer <= limits.tokens) return prompt + answer
  throw new LimitError(
    'tokensPerMinute',
    tokensPerMinute,
    `A request under the shared limit \`${key}\` needs ${prompt} tokens for its prompt and reserves ${answer} for its answer; \`tokensPerMinute\` allows ${limits.tokens} in ${limits.window} ms, so it would never start. Shorten the conversation, or set a smaller \`max_completion_tokens\`.`,
  )
}

function answerOf({ max_completion_tokens: most, max_tokens: older, n }: ModelRequest, otherwise: number): number {
  const tokens = (most ?? older ?? otherwise) * (n ?? 1)
  return Number.isFinite(tokens) ? Math.max(0, Math.ceil(tokens)) : otherwise
}

/** `undefined` where the server reports no numbers. */
function totalOf({ completion_tokens: completion, prompt_tokens: prompt }: Usage): number | undefined {
  const total = Math.ceil(prompt + completion)
  return Number.isSafeInteger(total) && total >= 0 ? total : undefined
}

/** Milliseconds for which no process starts a call: what the server requests, a minute at most. */
function coolDownAfter(error: unknown, { coolDown }: ResolvedOptions): number {
  const { retryable, retryAfter, status } = (error ?? {}) as Partial<Record<string, unknown>>
  if (status !== 429 || retryable === false) return 0 // a spent quota does not come back by waiting
  return typeof retryAfter === 'number' && retryAfter >= 0 ? Math.ceil(Math.min(retryAfter, longestCoolDown)) : coolDown
}

const longestCoolDown = 60_000
