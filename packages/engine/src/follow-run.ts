// The events of a run in a worker: its facts from the engine, its progress from the worker.
import type { RunEvent } from '@toolloop/core'
import { unknownRun } from './errors.ts'
import type { EngineLink, ProgressBatch, RunPage } from './link.ts'

/** Yields events, and each page of facts after them. Ends after a page whose status is not `running`. */
export async function* followRun(
  link: EngineLink,
  runId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent | { readonly page: RunPage }, void, void> {
  const leaving = new AbortController()
  const both = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal
  const progress = new LatestProgress(link, runId, both)
  let known = 0
  try {
    let read = readNext(link, runId, known, both)
    for (;;) {
      read.catch(() => {}) // not awaited by a reader that leaves
      const page = await Promise.race([read, progress.changed()])
      if (page) {
        yield* page.facts
        known += page.facts.length
        yield { page }
        if (page.status !== 'running') return
        read = readNext(link, runId, known, both)
      }
      yield* progress.take(known)
    }
  } finally {
    leaving.abort()
  }
}

async function readNext(link: EngineLink, runId: string, from: number, signal: AbortSignal): Promise<RunPage> {
  const page = await link.read(runId, from, { wait: 'facts', signal })
  if (!page) throw unknownRun(runId)
  return page
}

/** The most batches of progress that wait for a reader who pauses. Older ones are dropped. */
const mostWaiting = 1000

/** Progress that has arrived. It waits for the facts that it follows, and is dropped when later ones were read. */
class LatestProgress {
  #batches: ProgressBatch[] = []
  #arrived = Promise.withResolvers<undefined>()

  constructor(link: EngineLink, runId: string, signal: AbortSignal) {
    if (link.progress) void this.#read(link.progress(runId, signal)).catch(() => {}) // best effort
  }

  changed(): Promise<undefined> {
    return this.#arrived.promise
  }

  *take(known: number): Generator<RunEvent> {
    this.#arrived = Promise.withResolvers()
    const due = this.#batches.filter(({ after }) => after === known)
    this.#batches = this.#batches.filter(({ after }) => after > known)
    for (const { events } of due) yield* events
  }

  async #read(source: AsyncIterable<ProgressBatch>): Promise<void> {
    for await (const batch of source) {
      this.#batches.push(batch)
      if (this.#batches.length > 2 * mostWaiting) this.#batches = this.#batches.slice(-mostWaiting)
      this.#arrived.resolve(undefined)
    }
  }
}
