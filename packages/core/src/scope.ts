// Where works run: the seam for engines.
import type { RunEvent } from './events.ts'
import type { Progress } from './progress.ts'

/** Events that travel together: what arrived at once. */
export type Batch = RunEvent[]

/** A work as events. What it returns is its last batch, with its closing fact; nothing, when the run was aborted. */
export type Source = AsyncGenerator<Batch, Batch | void, void>

/** Where works run. A source is asked for more only after its last batch was logged and taken. */
export interface Scope {
  has(key: string): boolean
  start(key: string, source: Source, eager: boolean): void
  /** Progress, from inside a work that is still at it. */
  tell(progress: Progress): void
  /** The last batch is logged: what it announced may happen. */
  logged(): void
  /** What arrived; empty when nothing runs, or the run was aborted. */
  next(): Promise<Batch>
  /** What has arrived and was not given yet: after an abort, the last there is. */
  arrived(): Batch
  close(): void
}
