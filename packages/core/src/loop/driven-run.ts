// A running run: its loop, driven to a result.
import type { EventSource } from '@toolloop/client'
import type { Fact, RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { inTime } from '../run/in-time.ts'
import type { RunLog } from '../facts/log.ts'
import type { Result } from '../run/result.ts'
import { resultOf } from '../run/result-of.ts'
import { type Run, runHasEnded } from '../run/run.ts'
import type { Batch } from '../run/scope.ts'
import { apply, type RunState } from '../facts/state.ts'
import { aborted } from './tasks.ts'

/** What aborts a run, and the callbacks for its end. */
export interface Ending {
  readonly controller: AbortController
  /** The caller's signal. */
  readonly outer: AbortSignal | undefined
  readonly onEnd: () => void
  /** The error to throw when the log rejected the first batch. */
  readonly onRejected: (error: unknown) => Promise<unknown>
}

/** Runs the loop to its result. An error after the first logged fact becomes the result's error. */
export class DrivenRun<Output> implements EventSource<RunEvent, Result<Output>> {
  readonly #run: Run
  readonly #log: RunLog
  readonly #events: AsyncGenerator<Batch, RunState, void>
  readonly #ending: Ending
  readonly #before: RunState
  readonly #unlisten: (() => void) | undefined
  #hasEnded = false

  constructor(run: Run, log: RunLog, events: AsyncGenerator<Batch, RunState, void>, ending: Ending) {
    this.#run = run
    this.#log = log
    this.#events = events
    this.#ending = ending
    this.#before = run.state
    if (ending.outer !== undefined) this.#unlisten = follow(ending.outer, ending.controller)
  }

  next(): Promise<IteratorResult<Batch, Result<Output>>> {
    return this.#events.next().then(
      (batch) => (batch.done ? this.#end() : batch),
      (error) => this.#breakOff(error).then(() => this.#end()),
    )
  }

  async #end(): Promise<IteratorResult<Batch, Result<Output>>> {
    this.#release()
    return { done: true, value: await resultOf<Output>(this.#run) }
  }

  abort(reason: unknown): void {
    this.#ending.controller.abort(reason)
  }

  /** @throws the error when no fact was logged */
  async #breakOff(error: unknown): Promise<void> {
    const run = this.#run
    const last = run.signal.aborted ? aborted(run) : failed(error)
    this.#release()
    if (run.state === this.#before) throw run.writing ? await this.#ending.onRejected(error) : error
    run.stamp(last)
    if (!run.writing) await record(run, this.#log, last)
    run.state = apply(run.state, last)
  }

  /** Runs once: after the end another run may use the log. */
  #release(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#ending.onEnd()
    this.#run.memory.clear()
    this.#unlisten?.()
    this.abort(runHasEnded)
  }
}

/** Forwards an abort. Returns a function that removes the listener. */
function follow(outer: AbortSignal, controller: AbortController): () => void {
  const abort = (): void => controller.abort(outer.reason)
  if (outer.aborted) abort()
  outer.addEventListener('abort', abort, { once: true })
  return () => outer.removeEventListener('abort', abort)
}

/** Logs the end of a run that failed. Not after a rejected batch: its facts would be missing before it. */
async function record(run: Run, log: RunLog, last: Fact): Promise<void> {
  try {
    const written = log.append([last])
    if (written) await inTime(run, written)
  } catch {
    // The result carries the error.
  }
}
