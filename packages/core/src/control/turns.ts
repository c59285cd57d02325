// Steps that wait until others give back what they have reserved and not used: first come, first served.

/** Each waiting step by the path of its run: a run has one step at a time. */
export class Turns {
  /** In the order in which they came. `undefined`: it is about to look again. */
  readonly #waiting = new Map<string, (() => void) | undefined>()

  /** Whether a step waits before this one. */
  isBehind(path: string): boolean {
    const { value: first, done } = this.#waiting.keys().next()
    return !done && first !== path
  }

  /** Resolves when the step should look again; it keeps its place. After an abort it has left. */
  wait(path: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const leave = (): void => {
      this.leave(path)
      resolve()
    }
    this.#waiting.set(path, resolve)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  /** The step waits no longer: the next one is first. */
  leave(path: string): void {
    const wasFirst = this.#waiting.size > 0 && !this.isBehind(path)
    if (this.#waiting.delete(path) && wasFirst) this.next()
  }

  /** Units were released: the first one looks again. */
  next(): void {
    const [first] = this.#waiting
    if (!first) return
    const [path, resolve] = first
    this.#waiting.set(path, undefined)
    resolve?.()
  }
}
