// A run under way: its loop, driven to a result.
import type { EventSource } from '@toolloop/client'
import type { Fact, RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { inTime } from '../run/in-time.ts'
import type { RunLog } from '../facts/log.ts'
import type { Result } from '../run/result.ts'
import { resultOf } from '../run/result-of.ts'
import { type Run, runIsOver } from '../run/run.ts'
import type { Batch } from '../run/scope.ts'
import { apply, type RunState } from '../facts/state.ts'
import { aborted } from './tasks.ts'

/** What ends a run, and who is told of its end. */
export interface Ending {
  readonly controller: AbortController
  /** The caller's signal. */
  readonly outer: AbortSignal | undefined
  readonly onEnd: () => void
  /** What the caller reads when the log refused the first batch. */
  readonly onRefused: (error: unknown) => Promise<unknown>
}

/** Runs the loop to its result; what breaks once the run is logged becomes the result's error. */
export class DrivenRun<Output> implements EventSource<RunEvent, Result<Output>> {
  readonly #run: Run
  readonly #log: RunLog
  readonly #events: AsyncGenerator<Batch, RunState, void>
  readonly #ending: Ending
  readonly #before: RunState
  readonly #unlisten: (() => void) | undefined
  #over = false

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

  /** @throws the error, where not one fact was logged */
  async #breakOff(error: unknown): Promise<void> {
    const run = this.#run
    const last = run.signal.aborted ? aborted(run) : failed(error)
    this.#release()
    if (run.state === this.#before) throw run.writing ? await this.#ending.onRefused(error) : error
    run.stamp(last)
    if (!run.writing) await record(run, this.#log, last)
    run.state = apply(run.state, last)
  }

  /** Once: when it is asked again behind the end, another run may hold the log. */
  #release(): void {
    if (this.#over) return
    this.#over = true
    this.#ending.onEnd()
    this.#run.memory.clear()
    this.#unlisten?.()
    this.abort(runIsOver)
  }
}

/** Passes an abort on; tells how to stop that. */
function follow(outer: AbortSignal, controller: AbortController): () => void {
  const abort = (): void => controller.abort(outer.reason)
  if (outer.aborted) abort()
  outer.addEventListener('abort', abort, { once: true })
  return () => outer.removeEventListener('abort', abort)
}

/** The end of a run that broke, in its log. (Behind a batch that was refused it would be damage: a hole before it.) */
async function record(run: Run, log: RunLog, last: Fact): Promise<void> {
  try {
    const written = log.append([last])
    if (written) await inTime(run, written)
  } catch {
    // The result tells.
  }
}
