/**
 * Group commit: calls during a sync share the next one. A sync covers only what was written before it began, so it cannot
 * serve later calls.
 */
export class SharedSync {
  readonly #sync: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /** Resolves when all that was written before this call is on the disk. */
  flush(): Promise<void> {
    if (this.#running === undefined) return this.#start()
    const start = (): Promise<void> => this.#start()
    this.#next ??= this.#running.then(start, start)
    return this.#next
  }

  get isIdle(): boolean {
    return this.#running === undefined
  }

  /** Resolves when no sync is running or queued, even if one failed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await (this.#next ?? this.#running).catch(() => {})
  }

  #start(): Promise<void> {
    this.#next = undefined
    const running = this.#sync().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
