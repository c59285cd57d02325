/** Lets one holder in at a time, in the order of arrival. */
export class Queue {
  #tail: Promise<void> = Promise.resolve()

  /** Resolves, when its turn comes, to the function that lets the next one in. Rejects when `signal` is aborted first. */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#tail
    this.#tail = before.then(() => promise)
    try {
      await unless(signal, before)
    } catch (error) {
      resolve()
      throw error
    }
    return resolve
  }
}

/** The same promise; it rejects with the signal's reason when that is aborted first. */
async function unless(signal: AbortSignal | undefined, promise: Promise<void>): Promise<void> {
  if (!signal) return promise
  signal.throwIfAborted()
  const { promise: left, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([promise, left])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
