// The conversation as it can be sent: every call has exactly one tool message, in call order, behind its message.
import type { AssistantMessage, ContentPart, Message, ToolCall } from '@toolloop/wire'
import type { ToolDone } from './events.ts'

/** A call of the open step. `phase` only moves right; `decided` is `asked` with an answer. */
export interface CallPhase {
  readonly call: ToolCall
  readonly phase: 'sealed' | 'asked' | 'decided' | 'started' | 'done'
  readonly done?: ToolDone
}

const notes = {
  sealed: 'Not run: the run ended first.',
  decided: 'Not run: the run ended first.',
  asked: 'Not run: awaiting a decision.',
  started: 'Interrupted: the outcome is unknown.',
} as const

/** A step's messages, frozen: they are written once. What its tools attached follows in a user message. */
export function transcript(message: AssistantMessage, calls: readonly CallPhase[]): Message[] {
  const parts = calls.flatMap((item) => item.done?.parts ?? [])
  return [
    ...(isEmpty(message) ? [] : [message]),
    ...calls.map(({ call, done, phase }): Message => {
      const content = done?.content ?? notes[phase as keyof typeof notes]
      return Object.freeze<Message>({ role: 'tool', tool_call_id: call.id, content })
    }),
    ...(parts.length > 0
      ? [Object.freeze<Message>({ role: 'user', content: Object.freeze(parts) as ContentPart[] })]
      : []),
  ]
}

/** A message that says nothing cannot be sent. */
export const isEmpty = (message: AssistantMessage): boolean =>
  !message.content?.length &&
  !message.tool_calls?.length &&
  !message.refusal &&
  !message.audio &&
  !message.function_call
