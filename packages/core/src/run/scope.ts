// Where tasks run: the seam for engines.
import type { RunEvent } from '../facts/events.ts'
import type { Progress } from '../facts/progress.ts'

/** Events that travel together: what arrived at once. */
export type Batch = RunEvent[]

/** A task as events. What it returns is its last batch, with its closing fact; nothing, when the run was aborted. */
export type Source = AsyncGenerator<Batch, Batch | void, void>

/** Where tasks run. A source is asked for more only after its last batch was logged and taken. */
export interface Scope {
  has(key: string): boolean
  start(key: string, source: Source, eager: boolean): void
  /** Progress, from inside a running task. */
  tell(progress: Progress): void
  /** The last batch is logged: what it announced may happen. */
  logged(): void
  /** What arrived; empty when nothing runs, or the run was aborted. */
  next(): Promise<Batch>
  /** What has arrived and was not given yet: after an abort, the last there is. */
  arrived(): Batch
  close(): void
}
