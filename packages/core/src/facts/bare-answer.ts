import { announcesCalls, type AssistantMessage, type FinishReason, finishOf } from '@toolloop/wire'
import { isEmpty } from './transcript.ts'

/** What is missing in a finished answer that cannot be a result, in words; `undefined` for one that can be. */
export function bareAnswer(message: AssistantMessage, finishReason: FinishReason | null): string | undefined {
  const finish = finishOf(finishReason)
  if (finish === 'filtered' || finish === 'truncated') return undefined
  const reason = `finish_reason ${JSON.stringify(finishReason)}`
  if (isEmpty(message)) return `gave an empty answer (${reason})`
  const bare = announcesCalls(finishReason) && !message.tool_calls?.length && !message.refusal
  return bare ? `announced tool calls (${reason}) and made none` : undefined
}
