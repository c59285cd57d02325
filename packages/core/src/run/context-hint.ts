import { UsageError } from '@toolloop/wire'
import type { Run } from './run.ts'

/** A function that reads a context nobody passed throws about `undefined`: the remedy is at `run`. `who`: `A hook`. */
export function withContextHint({ agent, context }: Run, who: string, cause: unknown): unknown {
  if (context !== undefined || !isAboutUndefined(cause)) return cause
  return new UsageError(
    `${who} of agent \`${agent.name}\` threw: ${cause.message}. The run was given no \`context\`; if it is read there, pass it: run(input, { context }).`,
    { cause },
  )
}

function isAboutUndefined(cause: unknown): cause is TypeError {
  try {
    return cause instanceof TypeError && cause.message.includes('undefined')
  } catch {
    return false // an error that throws when it is touched
  }
}
