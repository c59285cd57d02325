import type { ArgumentsDelta, ContentDelta, JsonPath } from '@toolloop/stream'
import type { OutputDelta } from '../facts/progress.ts'

/** A delta of the typed answer. `parsed` is a getter of the prototype, so it is computed when it is read. */
export class OutputDeltaEvent implements OutputDelta {
  readonly type = 'output.delta'
  readonly run: string
  readonly path: string
  readonly step: number
  readonly delta: string
  readonly #source: ContentDelta | ArgumentsDelta

  constructor(run: string, path: string, step: number, source: ContentDelta | ArgumentsDelta) {
    this.run = run
    this.path = path
    this.step = step
    this.delta = source.delta
    this.#source = source
  }

  get parsed(): unknown {
    return this.#source.parsed
  }

  isComplete(path: JsonPath = []): boolean {
    return this.#source.isComplete(path)
  }
}
