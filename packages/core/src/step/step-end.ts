// The fields of a fact that closes a step.
import type { Answer } from '@toolloop/stream'
import type { AssistantMessage, FinishReason, ToolCall, Usage } from '@toolloop/wire'
import type { Amount } from '../control/ledger.ts'
import { grows } from '../facts/open-step.ts'

/** The fields of a complete answer. */
export interface StepEnd {
  readonly message: AssistantMessage
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  readonly cost?: number
  readonly spent?: Amount
  readonly ignored?: readonly string[]
  readonly servedBy?: string
}

/** Plain and streamed answers give the same message: no empty refusal, no empty list of calls. */
export function tidy(
  { tool_calls: _calls, refusal, ...message }: AssistantMessage,
  calls: readonly ToolCall[],
): AssistantMessage {
  return { ...message, ...(refusal && { refusal }), ...(calls.length > 0 && { tool_calls: [...calls] }) }
}

/** What the server sent and the message leaves out. */
export const leftOut = ({ ignored }: Answer): { ignored?: readonly string[] } => (ignored.length > 0 ? { ignored } : {})

/** What one field of a message gained: the rest of a text that grows, or a value that has changed. */
export function gainOf(
  key: string,
  value: unknown,
  recorded: Partial<AssistantMessage>,
): [name: string, gained: unknown][] {
  const before: unknown = recorded[key as keyof AssistantMessage]
  if (grows(key) && typeof value === 'string' && typeof before === 'string')
    return value === before ? [] : [[key, value.slice(before.length)]]
  return value === undefined || value === null || JSON.stringify(value) === JSON.stringify(before) ? [] : [[key, value]]
}
