// The messages of a step, valid to send: exactly one tool message for each call, in call order, after the assistant message.
import type { AssistantMessage, Message, ToolCall } from '@toolloop/wire'
import type { ApprovalRequest, ToolDone } from './events.ts'
import { adopt } from './own-message.ts'

/** A call of the open step. `phase` only moves to the right; `decided` is `asked` with a decision. `paused`: the agent that it runs waits for decisions; a resumed run sets it back to `started`. */
export interface CallPhase {
  readonly call: ToolCall
  readonly phase: 'sealed' | 'asked' | 'decided' | 'started' | 'paused' | 'done'
  readonly request?: ApprovalRequest
  readonly done?: ToolDone
}

/** The note in place of a missing result. A call that has started may have had effects, so its note never says that it was not run. */
function noteOf({ phase, request }: CallPhase): string {
  if (phase === 'started' || request?.kind === 'interrupted') return 'Interrupted: the outcome is unknown.'
  if (phase === 'asked' && request?.kind === 'input') return 'Interrupted: the tool waits for input.'
  if (phase === 'paused') return 'Not finished: awaiting a decision.'
  return phase === 'asked' ? 'Not run: awaiting a decision.' : 'Not run: the run ended first.'
}

/** The frozen messages of a step. Parts that a tool message cannot hold follow in one user message. */
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

/** Whether a message has no content of any kind. Servers reject such a message. */
export const isEmpty = (message: AssistantMessage): boolean =>
  !message.content?.length &&
  !message.tool_calls?.length &&
  !message.refusal &&
  !message.audio &&
  !message.function_call
