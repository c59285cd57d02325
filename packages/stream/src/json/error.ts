import { brand, ToolloopError } from '@toolloop/wire'

/** Text that is not JSON. */
export class JsonError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.JsonError')
  override readonly name = 'JsonError'
  /** Offset of the first wrong character, in UTF-16 units from the start of the text. */
  readonly position: number

  constructor(problem: string, position: number) {
    super('json', `${problem}, at position ${position}.`)
    this.position = position
  }

  static {
    brand(this)
  }
}
