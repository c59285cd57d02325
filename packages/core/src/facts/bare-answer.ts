import { announcesCalls, type AssistantMessage, type FinishReason, finishOf } from '@toolloop/wire'
import { isEmpty } from './transcript.ts'

/** Describes why a finished answer cannot be a result: it is empty, or announces calls it does not make. `undefined` for an answer that can be. */
export function bareAnswer(message: AssistantMessage, finishReason: FinishReason | null): string | undefined {
  const finish = finishOf(finishReason)
  if (finish === 'filtered' || finish === 'truncated') return undefined
  const reason = `finish_reason ${JSON.stringify(finishReason)}`
  if (isEmpty(message)) return `gave an empty answer (${reason})`
  const bare = announcesCalls(finishReason) && !message.tool_calls?.length && !message.refusal
  return bare ? `announced tool calls (${reason}) and made none` : undefined
}
