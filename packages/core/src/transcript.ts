// The conversation as it can be sent: every call has exactly one tool message, in call order, behind its message.
import { type AssistantMessage, type ContentPart, deepFreeze, type Message, type ToolCall } from '@toolloop/wire'
import type { ApprovalRequest, ToolDone } from './events.ts'

/** A call of the open step. `phase` only moves right; `decided` is `asked` with an answer. */
export interface CallPhase {
  readonly call: ToolCall
  readonly phase: 'sealed' | 'asked' | 'decided' | 'started' | 'done'
  readonly request?: ApprovalRequest
  readonly done?: ToolDone
}

/** What stands for a result that is not there. Of a call that had started nobody may say that it was not run. */
function noteOf({ phase, request }: CallPhase): string {
  if (phase === 'started' || request?.kind === 'interrupted') return 'Interrupted: the outcome is unknown.'
  return phase === 'asked' ? 'Not run: awaiting a decision.' : 'Not run: the run ended first.'
}

/** A step's messages, ours and frozen: nobody can change them. What its tools attached follows in a user message. */
export function transcript(message: AssistantMessage, calls: readonly CallPhase[]): Message[] {
  const messages: Message[] = isEmpty(message) ? [] : [message]
  const parts: ContentPart[] = []
  for (const item of calls) {
    messages.push({ role: 'tool', tool_call_id: item.call.id, content: item.done?.content ?? noteOf(item) })
    if (item.done?.parts) parts.push(...item.done.parts)
  }
  if (parts.length > 0) messages.push({ role: 'user', content: parts })
  for (const one of messages) deepFreeze(one)
  return messages
}

/** A message that says nothing cannot be sent. */
export const isEmpty = (message: AssistantMessage): boolean =>
  !message.content?.length &&
  !message.tool_calls?.length &&
  !message.refusal &&
  !message.audio &&
  !message.function_call
