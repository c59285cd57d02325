import type { JsonPath } from '@toolloop/stream'
import type { OutputDelta } from '../facts/progress.ts'

/** Where the value of an answer is read: the delta of a message or a call, or the text in a fence. */
interface Parsed {
  readonly parsed: unknown
  isComplete(path: JsonPath): boolean
}

/** A delta of the typed answer. `parsed` is a getter of the prototype, so it is computed when it is read. */
export class OutputDeltaEvent implements OutputDelta {
  readonly type = 'output.delta'
  readonly run: string
  readonly path: string
  readonly step: number
  readonly delta: string
  readonly #source: Parsed

  constructor(run: string, path: string, step: number, delta: string, source: Parsed) {
    this.run = run
    this.path = path
    this.step = step
    this.delta = delta
    this.#source = source
  }

  get parsed(): unknown {
    return this.#source.parsed
  }

  isComplete(path: JsonPath = []): boolean {
    return this.#source.isComplete(path)
  }
}
