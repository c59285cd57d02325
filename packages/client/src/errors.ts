// Errors for answers that ended before they were complete.
import { brand, type Completion, type Finish, finishOf, ToolloopError } from '@toolloop/wire'

/** The answer was cut at a token limit, so it cannot be parsed. */
export class LengthFinishReasonError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.LengthFinishReasonError')
  override readonly name = 'LengthFinishReasonError'
  /** The answer as far as it arrived. Not enumerable. */
  declare readonly completion: Completion

  constructor(completion: Completion) {
    const used = completion.usage?.completion_tokens
    const spent = used === undefined ? '' : ` after ${used} tokens`
    super(
      'length',
      `The answer was cut at a token limit${spent} (finish_reason \`${reasonOf(completion, 'truncated')}\`) and cannot be parsed. Raise \`max_completion_tokens\`, or ask for less.`,
    )
    Object.defineProperty(this, 'completion', { value: completion, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** The server's content filter withheld the answer, or part of it. */
export class ContentFilterFinishReasonError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ContentFilterFinishReasonError')
  override readonly name = 'ContentFilterFinishReasonError'
  /** The answer as far as it arrived. Not enumerable. */
  declare readonly completion: Completion

  constructor(completion: Completion) {
    super(
      'content_filter',
      `The content filter withheld the answer (finish_reason \`${reasonOf(completion, 'filtered')}\`). Change the prompt, or show \`error.completion\`.`,
    )
    Object.defineProperty(this, 'completion', { value: completion, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** The finish reason as the server wrote it. */
function reasonOf({ choices }: Completion, finish: Finish): string {
  return choices.find(({ finish_reason }) => finishOf(finish_reason) === finish)?.finish_reason ?? finish
}
