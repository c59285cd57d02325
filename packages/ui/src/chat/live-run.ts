// A run that goes on whether or not anyone reads it.
import type { Fact, RunEvent, RunStream } from '@toolloop/core'
import { FoldWriter } from './fold-writer.ts'
import type { FoldedRun, Protocol } from './protocol.ts'
import { Tape } from './tape.ts'

export class LiveRun<Chunk> {
  readonly run: FoldedRun
  readonly runId: string
  readonly tape: Tape<Chunk>
  /** Where this process began to write: what was said before is in the log. */
  readonly from: string
  /** Resolves when the run has ended or waits. */
  readonly ended: Promise<void>
  readonly #stream: RunStream<RunEvent, unknown, unknown>
  #isStopped = false

  /** `stream` has started. `past`: the facts of the run before. `report` gets the failure of the log. */
  constructor(
    protocol: Protocol<Chunk>,
    run: FoldedRun,
    stream: RunStream<RunEvent, unknown, unknown>,
    past: readonly Fact[],
    report: (error: unknown) => void,
  ) {
    this.run = run
    this.runId = run.runId
    this.tape = new Tape(protocol.growth)
    const writer = new FoldWriter(protocol.fold(run), this.tape, report)
    writer.push(past.filter((fact) => !isEnd(fact)))
    if (past.length > 0) writer.pause()
    this.from = this.tape.end
    this.#stream = stream
    this.ended = this.#write(writer, report)
  }

  /** Somebody has aborted it. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  abort(): void {
    this.#isStopped = true
    this.#stream.abort('The client stopped the run.')
  }

  /** Drains the run: readers never slow it down, because they have no queues. */
  async #write(writer: FoldWriter<Chunk>, report: (error: unknown) => void): Promise<void> {
    try {
      for await (const event of this.#stream) if (event.type !== 'listener.error') writer.push([event])
    } catch (error) {
      // The log failed. The run is interrupted, and its readers get that.
      report(error)
    } finally {
      writer.close()
    }
  }
}

/** The facts of a run that may have ended or paused, and gone on, several times. */
export const withoutEarlierEnds = (facts: readonly Fact[]): readonly Fact[] =>
  facts.filter((fact, index) => index === facts.length - 1 || !isEnd(fact))

/** Does this fact end the run, or pause it? */
export const isEnd = ({ type, path }: Fact): boolean => path === '' && (type === 'run.done' || type === 'run.pause')
