import type { RunEvent } from '@toolloop/core'
import type { ChunkFold } from './protocol.ts'
import type { Tape } from './tape.ts'

/**
 * Writes to a tape what a fold makes of the events of a run. A function of the user's that throws in the fold, such as
 * `toolOutput`, is reported and ends the tape as interrupted. The run does not notice.
 */
export class FoldWriter<Chunk> {
  readonly #fold: ChunkFold<Chunk>
  readonly #tape: Tape<Chunk>
  readonly #report: (error: unknown) => void
  #hasFailed = false

  constructor(fold: ChunkFold<Chunk>, tape: Tape<Chunk>, report: (error: unknown) => void) {
    this.#fold = fold
    this.#tape = tape
    this.#report = report
  }

  push(events: readonly RunEvent[]): void {
    if (!this.#hasFailed) this.#write(() => this.#fold.push(events))
  }

  /** What closes the messages of a run that paused, and now goes on in another response. */
  pause(): void {
    this.#write(() => this.#fold.paused?.() ?? [])
  }

  /** Ends the tape. Its readers get the end of an interrupted run where the run has no other end. */
  close(): void {
    this.#write(() => this.#fold.interrupted())
    this.#tape.close()
  }

  #write(chunks: () => readonly Chunk[]): void {
    try {
      this.#tape.write(chunks())
    } catch (error) {
      this.#hasFailed = true
      this.#report(error)
    }
  }
}
