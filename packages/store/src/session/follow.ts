// The facts of a turn as they are logged, in this process or in another.
import type { Fact } from '@toolloop/core'
import { sleep, systemClock } from '@toolloop/wire'
import { isRest } from '../log/durability.ts'

/** What is known of a turn at the moment. */
export interface Look {
  readonly facts: readonly Fact[]
  /** A process runs it. */
  readonly isRunning: boolean
  /** Resolves at the next fact, where this process runs it. */
  readonly news: Promise<void> | undefined
}

/** Milliseconds between two looks at a run of another process. */
const pollInterval = 100

export async function* followTurn(
  look: () => Promise<Look>,
  after: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fact, void, void> {
  for (let known = after + 1; ;) {
    if (signal?.aborted) return
    const { facts, isRunning, news } = await look()
    for (; known < facts.length; known++) {
      if (signal?.aborted) return
      yield facts[known]!
    }
    const last = facts.at(-1)
    if (!isRunning || last === undefined || isRest(last)) return
    await either(news, signal)
  }
}

/** Resolves at the news, else after a while; at once when the signal is aborted. */
async function either(news: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  const waiting = new AbortController()
  const stop = (): void => waiting.abort()
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  const timer = sleep(systemClock, news ? 60_000 : pollInterval, waiting.signal).catch(() => {})
  try {
    await Promise.race(news ? [news, timer] : [timer])
  } finally {
    stop()
    signal?.removeEventListener('abort', stop)
  }
}
