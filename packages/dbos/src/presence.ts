// Which runs are active in this worker, and how it leaves.

/** A worker that leaves takes no new runs, lets active ones end for some time, and breaks the others off. */
export class Presence {
  readonly #active = new Set<string>()
  readonly #leaving = new AbortController()
  #isDraining = false
  #empty = Promise.withResolvers<void>()

  /** Aborted when the runs of this worker go on elsewhere. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  enter(runId: string): void {
    this.#active.add(runId)
  }

  leave(runId: string): void {
    this.#active.delete(runId)
    if (this.#active.size === 0) this.#empty.resolve()
  }

  /** Never settles in a worker that leaves: another one starts the run. */
  async mayStart(): Promise<void> {
    if (this.#isDraining || this.signal.aborted) await new Promise(() => {})
  }

  /** The run waits for decisions: leaving does not wait for it. */
  rest(runId: string): void {
    this.leave(runId)
  }

  async wake(runId: string): Promise<void> {
    await this.mayStart()
    this.enter(runId)
  }

  /** Resolves when no run is active any more, at most after `drain` milliseconds. */
  async end(drain: number): Promise<void> {
    this.#isDraining = true
    if (this.#active.size > 0 && drain > 0) {
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, drain)))
      await Promise.race([this.#empty.promise, limit])
      clearTimeout(timer)
    }
    this.#leaving.abort()
  }
}
