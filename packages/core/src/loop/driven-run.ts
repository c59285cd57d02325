// A running root: its loop, driven to a result.
import type { EventSource } from '@toolloop/client'
import type { Fact, RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import type { RunLog } from '../facts/log.ts'
import { inTime } from '../run/in-time.ts'
import { type Level, type LoopState, runHasEnded } from '../run/level.ts'
import type { Batch } from '../run/scope.ts'
import { aborted } from './ending.ts'
import { follow } from './follow.ts'
import type { Driver } from './machine.ts'

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
export class DrivenRun<State extends LoopState, Task extends { readonly key: string }, Value> implements EventSource<
  RunEvent,
  Value
> {
  readonly #level: Level<State>
  readonly #driver: Driver<State, Task, Value>
  readonly #log: RunLog
  readonly #events: AsyncGenerator<Batch, State, void>
  readonly #ending: Ending
  readonly #before: State
  readonly #unlisten: (() => void) | undefined
  #hasEnded = false

  constructor(
    level: Level<State>,
    driver: Driver<State, Task, Value>,
    log: RunLog,
    events: AsyncGenerator<Batch, State, void>,
    ending: Ending,
  ) {
    this.#level = level
    this.#driver = driver
    this.#log = log
    this.#events = events
    this.#ending = ending
    this.#before = level.state
    if (ending.outer !== undefined) this.#unlisten = follow(ending.outer, ending.controller)
  }

  next(): Promise<IteratorResult<Batch, Value>> {
    return this.#events.next().then(
      (batch) => (batch.done ? this.#end() : batch),
      (error) => this.#breakOff(error).then(() => this.#end()),
    )
  }

  async #end(): Promise<IteratorResult<Batch, Value>> {
    this.#release()
    return { done: true, value: await this.#driver.result() }
  }

  abort(reason: unknown): void {
    this.#ending.controller.abort(reason)
  }

  /** @throws the error when no fact was logged */
  async #breakOff(error: unknown): Promise<void> {
    const level = this.#level
    const last = level.signal.aborted ? aborted(level) : failed(error)
    this.#release()
    if (level.state === this.#before) throw level.writing ? await this.#ending.onRejected(error) : error
    level.tree.stamp(last)
    if (!level.writing) await record(level, this.#log, last)
    level.state = this.#driver.machine.apply(level.state, last)
  }

  /** Runs once: after the end another run may use the log. */
  #release(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#ending.onEnd()
    this.#driver.onEnd?.()
    this.#unlisten?.()
    this.abort(runHasEnded)
  }
}

/** Logs the end of a run that failed. Not after a rejected batch: its facts would be missing before it. */
async function record(level: Level, log: RunLog, last: Fact): Promise<void> {
  try {
    const written = log.append([last])
    if (written) await inTime(level, written)
  } catch {
    // The result carries the error.
  }
}
