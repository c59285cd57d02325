// The text that the model reads for a call without a result of its tool.
import { describeError, OutputError, ToolInputError, ToolRetry } from '@toolloop/schema'
import { ToolTimeout } from './execute.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import { excerpt } from '../facts/excerpt.ts'
import type { Run } from '../run/run.ts'
import type { OnToolError } from '../agent/spec.ts'

/** Never says that the call was not executed: it may have had effects. */
export const unknownOutcome = (reason?: string): string =>
  `Interrupted: the outcome is unknown. It was not run again.${reason ? ` ${reason}` : ''}`

/** The text of an error. Errors written for the model keep their lines; any other is one line of limited length. */
export function wordsOf(error: unknown): string {
  const written =
    error instanceof ToolInputError ||
    error instanceof OutputError ||
    error instanceof ToolRetry ||
    error instanceof ToolTimeout
  return written ? excerpt(error.message, 16_384) : describeError(error)
}

/** The text that `onToolError` returns for an error. If it returns no text, or throws, the error's message is used. */
export async function contentOf(policy: OnToolError, error: unknown): Promise<string> {
  if (typeof policy !== 'function') return wordsOf(error)
  try {
    const words: unknown = await Promise.resolve(policy(error)) // also an async function's
    return typeof words === 'string' ? excerpt(words, 16_384) : describeError(error)
  } catch (worse) {
    return describeError(worse)
  }
}

export function unknownTool(run: Run, name: string): string {
  const names = (run.state.open?.tools ?? []).filter((known) => known === FINAL_TOOL || run.toolOf(known) !== undefined)
  const known =
    names.length > 0
      ? `Available: ${names.slice(0, 40).join(', ')}${names.length > 40 ? ', …' : ''}.`
      : 'No tools are available.'
  if (name === '') return `The call has no name. ${known}`
  return `There is no tool ${JSON.stringify(excerpt(name, 64))}. ${known}`
}
