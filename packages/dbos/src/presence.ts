// Which runs are active in this worker, and how it leaves.

/** A worker that leaves takes no new runs, lets active ones end for some time, and breaks the others off. */
export class Presence {
  readonly #active = new Set<string>()
  readonly #leaving = new AbortController()
  #isDraining = false
  /** Steps that DBOS prepares: their code does not run yet. */
  #preparing = 0
  #prepared = Promise.withResolvers<void>()
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

  /**
   * Before each step; `undefined` once the worker leaves: the step belongs to the next one. Call what it returns when the
   * step's code runs. DBOS must not be shut down before, because it would record an error as the result of the step.
   */
  prepare(): (() => void) | undefined {
    if (this.signal.aborted) return undefined
    this.#preparing++
    let isPrepared = false
    return () => {
      if (isPrepared) return
      isPrepared = true
      if (--this.#preparing === 0) this.#prepared.resolve()
    }
  }

  /** Resolves when no run is active any more, at most after `drain` milliseconds, and no step is being prepared. */
  async end(drain: number): Promise<void> {
    this.#isDraining = true
    if (this.#active.size > 0 && drain > 0) await within(drain, this.#empty.promise)
    this.#leaving.abort()
    if (this.#preparing === 0) return
    this.#prepared = Promise.withResolvers()
    await within(longestPreparation, this.#prepared.promise)
  }
}

/** Milliseconds. DBOS queries Postgres meanwhile, which may be away. */
const longestPreparation = 10_000

async function within(limit: number, event: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([event, new Promise<void>((resolve) => (timer = setTimeout(resolve, limit)))])
  clearTimeout(timer)
}
