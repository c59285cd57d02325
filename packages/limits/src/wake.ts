// Waiting that another event may end, and waiting that ends in time.
import type { Clock } from '@toolloop/wire'

/** A sleep that `now` ends, also when it was called before the sleep began and after the last `reset`. */
export class Wake {
  #isCalled = false
  #end: (() => void) | undefined

  reset(): void {
    this.#isCalled = false
  }

  now(): void {
    this.#isCalled = true
    this.#end?.()
  }

  async within(clock: Clock, ms: number): Promise<void> {
    if (this.#isCalled) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = clock.setTimeout(resolve, ms)
    this.#end = resolve
    await promise
    this.#end = undefined
    clock.clearTimeout(timer)
  }
}

/** Rejects when the promise has not settled after `ms`. */
export async function inTime<Value>(clock: Clock, promise: Promise<Value>, ms: number): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const timer = clock.setTimeout(() => late.reject(new Error(`It did not answer within ${ms} ms.`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clock.clearTimeout(timer)
  }
}
