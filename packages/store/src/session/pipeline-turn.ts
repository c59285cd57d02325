// What the turn of a pipeline needs beside that of an agent.
import type { Runnable } from '@toolloop/core/machine'
import { type Message, plainText, UsageError } from '@toolloop/wire'

interface Options {
  readonly inputOf?: unknown
  readonly budget?: unknown
}

/** The input of a pipeline where the caller has no `inputOf`. */
export const textOfLast = (conversation: readonly Message[]): string => plainText(conversation.at(-1)?.content)

/** @throws UsageError */
export function checkPipelineOptions({ kind, name }: Runnable, { inputOf, budget }: Options): void {
  if (inputOf !== undefined && typeof inputOf !== 'function')
    throw new UsageError('`inputOf` must be a function of the conversation that returns the input of the pipeline.')
  if (kind === 'agent' && (inputOf ?? budget) !== undefined)
    throw new UsageError(
      `\`inputOf\` and \`budget\` are options of pipelines; \`${name}\` is an agent, which gets the messages and has a budget of its own.`,
    )
}
