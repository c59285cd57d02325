import { CompletionBuilder } from '@toolloop/stream'
import { aFunction, checkOptions, type Chunk, type Completion, finishOf, UsageError } from '@toolloop/wire'
import type { Middleware, ModelCall } from '../models/middleware.ts'
import { fingerprintOf } from '../facts/fingerprint.ts'

/** Where answers are kept. What it throws ends the run as `error`; to go without a cache then, return `undefined`. */
export interface CacheStore {
  get(key: string): Completion | undefined | Promise<Completion | undefined>
  set(key: string, answer: Completion): void | Promise<void>
}

export interface CacheOptions {
  /** @default `memoryCache()` */
  readonly store?: CacheStore | undefined
  /** The key of a request; `undefined`: it is not cached. @default a hash of the model's name and the whole request */
  readonly key?: ((call: ModelCall) => string | undefined) | undefined
}

/**
 * Answers a request that was answered before from a store, without a call. Only complete answers are kept. Their usage
 * counts as zero tokens when they are used again, and `servedBy` of the step is `cache`.
 * @throws UsageError for an invalid option
 */
export function cache(options: CacheOptions = {}): Middleware {
  checkOptions('cache()', options, {
    store: [isStore, 'a store: { get, set }'],
    key: aFunction,
  })
  const { store = memoryCache(), key: keyOf = requestKey } = options
  return Object.freeze<Middleware>({
    name: 'cache',
    async model(call, next) {
      const key = keyOf(call)
      if (key === undefined) return next()
      const known = await store.get(key)
      return known ? withoutUsage(known) : keeping(next(), (answer) => store.set(key, answer))
    },
  })
}

/** Answers in memory, the last used ones. @param size the number of answers. @default 100 */
export function memoryCache(size = 100): CacheStore {
  if (!Number.isInteger(size) || size < 1)
    throw new UsageError(`memoryCache() takes a number of answers of at least 1, not ${String(size)}.`)
  const answers = new Map<string, string>() // as text: what a caller changes must not change the cache
  return Object.freeze<CacheStore>({
    get: (key) => {
      const text = answers.get(key)
      if (text === undefined) return undefined
      answers.delete(key)
      answers.set(key, text)
      return JSON.parse(text) as Completion
    },
    set: (key, answer) => {
      answers.delete(key)
      answers.set(key, JSON.stringify(answer))
      for (const [oldest] of answers) {
        if (answers.size <= size) return
        answers.delete(oldest)
      }
    },
  })
}

const isStore = (value: unknown): boolean =>
  typeof (value as CacheStore | null)?.get === 'function' && typeof (value as CacheStore).set === 'function'

/** 32 hexadecimal digits: two hashes over different texts of the same request. */
function requestKey({ model, request }: ModelCall): string {
  const sorted = sortedKeys(request)
  return fingerprintOf(model, sorted) + fingerprintOf(sorted, model, 'toolloop')
}

/** The order of an object's keys does not matter to a server. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortedKeys(item)]),
  )
}

async function* keeping(
  answer: AsyncIterable<readonly Chunk[]>,
  keep: (answer: Completion) => void | Promise<void>,
): AsyncGenerator<readonly Chunk[], void, undefined> {
  const builder = new CompletionBuilder({ chunkEvents: false })
  for await (const chunks of answer) {
    builder.push(chunks)
    yield chunks
  }
  builder.finish()
  const completion = builder.snapshot()
  if (isComplete(completion)) await keep(completion)
}

function isComplete({ choices }: Completion): boolean {
  return (
    choices.length > 0 &&
    choices.every(({ message, finish_reason }) => {
      const says = Boolean(message.content?.length) || Boolean(message.tool_calls?.length)
      return says && finishOf(finish_reason) === 'complete'
    })
  )
}

function withoutUsage({ usage, ...answer }: Completion): Completion {
  return usage ? { ...answer, usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } } : answer
}
