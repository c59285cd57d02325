// The calls of this process that wait for units of one key. Only the first of them asks the store, so a process has at most
// one ticket in the queue of a key, and what it loses with a process that dies is small.
import { sleep } from '@toolloop/wire'
import { SharedLimitError } from './error.ts'
import type { ResolvedOptions } from './options.ts'
import { inTime, Wake } from './wake.ts'
import type { LimitStore, ReservationAnswer, Settlement, Subscription } from './store.ts'

/** What a call asks for. */
export interface Ask {
  readonly tokens: number
  readonly options: ResolvedOptions
  readonly signal: AbortSignal | undefined
  /** Called when the store has failed and the call is retried after a delay. */
  readonly onRetry: ((retry: { attempt: number; delay: number; error: Error }) => void) | undefined
}

/** The units of a call that may start. `settle` once, when it has ended. */
export interface Units {
  settle(outcome: Outcome): void
}

export interface Outcome {
  /** Milliseconds of `now` of the clock at which the server has begun to answer; `undefined`: when the call ended. */
  readonly answeredAt?: number | undefined
  /** Tokens used; `undefined`: as many as were reserved. */
  readonly tokens?: number | undefined
  /** Milliseconds in which no call of the key starts. */
  readonly coolDown?: number | undefined
}

interface Waiting extends Ask {
  readonly id: string
  readonly granted: PromiseWithResolvers<Units>
  /** Granted, failed or aborted. */
  hasEnded: boolean
  isGranted: boolean
}

/** Milliseconds between two looks at a store that cannot notify. */
const lookEvery = 1_000

export class Line {
  readonly #store: LimitStore
  readonly #key: string
  readonly #queue = new Set<Waiting>()
  readonly #wake = new Wake()
  #isServing = false
  /** The id of the call that is first. */
  #asking: string | undefined
  #subscription: Subscription | undefined
  /** Ids of running calls whose leases are renewed. */
  readonly #running = new Set<string>()
  #renewal: AbortController | undefined
  #renewing: Promise<void> | undefined

  constructor(store: LimitStore, key: string) {
    this.#store = store
    this.#key = key
  }

  /** Nothing runs, and nothing waits. */
  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#running.size === 0
  }

  /** Resolves when the call may start: first come, first served. Rejects with the reason of the signal, or as `onUnavailable` has it. */
  acquire(ask: Ask): Promise<Units> {
    const { signal } = ask
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    const waiting: Waiting = {
      ...ask,
      id: crypto.randomUUID(),
      granted: Promise.withResolvers<Units>(),
      hasEnded: false,
      isGranted: false,
    }
    this.#queue.add(waiting)
    const abort = (): void => {
      this.#end(waiting)
      waiting.granted.reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    if (!this.#isServing) void this.#serveAll()
    return waiting.granted.promise.finally(() => signal?.removeEventListener('abort', abort))
  }

  #end(waiting: Waiting): void {
    waiting.hasEnded = true
    this.#queue.delete(waiting)
    this.#wake.now()
  }

  async #serveAll(): Promise<void> {
    this.#isServing = true
    for (const waiting of this.#queue) await this.#serve(waiting)
    this.#subscription?.close()
    this.#subscription = undefined
    this.#isServing = false
  }

  async #serve(waiting: Waiting): Promise<void> {
    const { clock, limits } = waiting.options
    const { lease } = limits
    this.#asking = waiting.id
    let hasTicket = false
    let failures = 0
    while (!waiting.hasEnded) {
      this.#wake.reset()
      const answer = await this.#reserve(waiting, failures)
      if (answer === 'failed') {
        failures++
        continue
      }
      failures = 0
      hasTicket = answer.wait > 0
      if (waiting.hasEnded || !hasTicket) break
      const { isLive, isNew } = await this.#listening(waiting)
      if (!isNew) await this.#wake.within(clock, Math.min(answer.wait + 1, lease / 3, isLive ? lease : lookEvery))
    }
    if (!waiting.isGranted && (hasTicket || failures > 0)) this.#withdraw(waiting)
  }

  /** Asks the store, and grants what it reserves. */
  async #reserve(waiting: Waiting, failures: number): Promise<ReservationAnswer | 'failed'> {
    const { id, options, tokens } = waiting
    const { clock, limits, storeTimeout } = options
    const askedAt = clock.now()
    const asked = this.#store.reserve({ key: this.#key, id, tokens, limits })
    const answered = asked.then((answer) => {
      if (answer.wait > 0) return answer
      if (!waiting.hasEnded) this.#grant(waiting, askedAt, answer.freeAt)
      else if (!waiting.isGranted) this.#withdraw(waiting) // aborted in the meantime
      return answer
    })
    try {
      return await inTime(clock, answered, storeTimeout)
    } catch (error) {
      if (!waiting.hasEnded) await this.#unavailable(waiting, error, failures)
      return 'failed'
    }
  }

  #grant(waiting: Waiting, askedAt: number, freeAt: number): void {
    const { granted, id, options, tokens } = waiting
    const { clock, limits } = options
    this.#end(waiting)
    waiting.isGranted = true
    this.#running.add(id)
    this.#renew(options)
    let isSettled = false
    granted.resolve({
      settle: ({ answeredAt = clock.now(), coolDown = 0, tokens: used = tokens }) => {
        if (isSettled) return
        isSettled = true
        this.#running.delete(id)
        if (this.#running.size === 0) this.#renewal?.abort()
        // The request has arrived before it was answered: whole slots before the time that it was given.
        const early = Math.floor((limits.delivery - Math.max(0, answeredAt - askedAt)) / limits.slot)
        const countsUntil = Math.max(0, freeAt - Math.max(0, early) * limits.slot)
        this.#settle(options, { id, tokens, countsUntil, used, coolDown })
      },
    })
  }

  /** Gives back what was reserved, or the place in the queue. */
  #withdraw({ id, options, tokens }: Waiting): void {
    this.#settle(options, { id, tokens, countsUntil: 0, used: 0, coolDown: 0 })
  }

  /** In the background. Where it fails, the lease releases the call, and the tokens stay as they were reserved. */
  #settle({ limits }: ResolvedOptions, settlement: Omit<Settlement, 'key' | 'limits'>): void {
    const settle = (): Promise<void> => this.#store.settle({ key: this.#key, limits, ...settlement })
    // A renewal that is executed after the settlement would count the call as running again.
    const settled = this.#renewing ? this.#renewing.then(settle) : settle()
    settled.catch(() => {})
  }

  async #unavailable(waiting: Waiting, error: unknown, failures: number): Promise<void> {
    const { granted, onRetry, options } = waiting
    const cause = error instanceof Error ? error : new Error(String(error))
    const isLasting = (cause as { retryable?: unknown }).retryable === false
    switch (isLasting && options.onUnavailable === 'wait' ? 'fail' : options.onUnavailable) {
      case 'allow':
        this.#end(waiting)
        granted.resolve({ settle: () => {} })
        return
      case 'fail': {
        this.#end(waiting)
        const message = `The store of the shared limit \`${this.#key}\` failed: ${cause.message}`
        granted.reject(new SharedLimitError('limit_store', this.#key, message, { cause, retryable: !isLasting }))
        return
      }
      case 'wait': {
        const delay = Math.min(2_000, 100 * 2 ** failures)
        onRetry?.({ attempt: failures + 1, delay, error: cause })
        await this.#wake.within(options.clock, delay)
      }
    }
  }

  /** Whether releases are notified, and whether that has just begun: earlier ones have not been reported. */
  async #listening({ options }: Waiting): Promise<{ readonly isLive: boolean; readonly isNew: boolean }> {
    if (this.#subscription?.isLive()) return { isLive: true, isNew: false }
    this.#subscription?.close()
    this.#subscription = undefined
    const opening = this.#store.onRelease(this.#key, (ids) => {
      if (!ids || ids.includes(this.#asking ?? '')) this.#wake.now()
    })
    try {
      this.#subscription = await inTime(options.clock, opening, options.storeTimeout)
    } catch {
      opening.then((late) => late.close()).catch(() => {})
    }
    const isLive = this.#subscription?.isLive() ?? false
    return { isLive, isNew: isLive }
  }

  /** Renews the leases of all running calls, until none is left. */
  #renew({ clock, limits: { lease } }: ResolvedOptions): void {
    if (this.#renewal && !this.#renewal.signal.aborted) return
    const renewal = (this.#renewal = new AbortController())
    const run = async (): Promise<void> => {
      while (!renewal.signal.aborted) {
        await sleep(clock, lease / 3, renewal.signal)
        this.#renewing = inTime(clock, this.#store.renew(this.#key, [...this.#running], lease), lease / 3).catch(
          () => {},
        )
        await this.#renewing
        this.#renewing = undefined
      }
    }
    run().catch(() => {}) // aborted
  }
}
