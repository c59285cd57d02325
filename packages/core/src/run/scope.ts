// The interface between the loop and what runs its tasks.
import type { RunEvent } from '../facts/events.ts'
import type { Progress } from '../facts/progress.ts'

/** Events that are logged and emitted together. */
export type Batch = RunEvent[]

/** A task as batches of events. It returns its last batch, with its closing fact; `undefined` when the run was aborted. */
export type Source = AsyncGenerator<Batch, Batch | void, void>

/** Runs tasks. A source is resumed only after its last batch was logged and taken. */
export interface Scope {
  has(key: string): boolean
  start(key: string, source: Source, eager: boolean): void
  /** Queues progress of a running task. */
  emit(progress: Progress): void
  /** Resumes eager tasks: their last batch is logged. */
  logged(): void
  /** The next batch; empty when no task runs, or the run was aborted. */
  next(): Promise<Batch>
  /** The queued events that `next` has not returned. */
  arrived(): Batch
  close(): void
}
