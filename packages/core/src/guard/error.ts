import { brand, ToolloopError } from '@toolloop/wire'

/** A guardrail threw, took longer than its `timeout`, or returned what it must not. Ends a run as `error`; `cause` is what it threw. */
export class GuardrailError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.GuardrailError')
  override readonly name = 'GuardrailError'
  /** The guardrail's name. */
  readonly guardrail: string

  constructor(guardrail: string, what: string, options: { cause?: unknown } = {}) {
    super('guardrail', `The guardrail \`${guardrail}\` ${what}`, options)
    this.guardrail = guardrail
  }

  static {
    brand(this)
  }
}
