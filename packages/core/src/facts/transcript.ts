// The conversation as it can be sent: every call has exactly one tool message, in call order, behind its message.
import type { AssistantMessage, Message, ToolCall } from '@toolloop/wire'
import type { ApprovalRequest, ToolDone } from './events.ts'
import { adopt } from './own-message.ts'

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

/** A step's messages, ours and frozen: they are written once, also where a later run begins with them. What its tools attached follows in a user message. */
export function transcript(message: AssistantMessage, calls: readonly CallPhase[]): Message[] {
  const parts = calls.flatMap((item) => item.done?.parts ?? [])
  return [
    ...(isEmpty(message) ? [] : [message]),
    ...calls.map((item): Message => {
      const content = item.done?.content ?? noteOf(item)
      return adopt({ role: 'tool', tool_call_id: item.call.id, content })
    }),
    ...(parts.length > 0 ? [adopt({ role: 'user', content: parts })] : []),
  ]
}

/** A message that says nothing cannot be sent. */
export const isEmpty = (message: AssistantMessage): boolean =>
  !message.content?.length &&
  !message.tool_calls?.length &&
  !message.refusal &&
  !message.audio &&
  !message.function_call
