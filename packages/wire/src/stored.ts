// Stored completions: what `GET`, `POST` and `DELETE` on `/chat/completions/…` answer.
import type { ContentPart, FunctionCall, ToolCall } from './messages.ts'

/** One page of a list; the next one begins after `last_id`. */
export interface List<T> {
  object: 'list'
  data: T[]
  first_id?: string | null
  last_id?: string | null
  has_more: boolean
}

/** A message of a stored completion's request. */
export interface StoredMessage {
  id: string
  role: 'developer' | 'system' | 'user' | 'assistant' | 'tool' | 'function'
  content: string | null
  /** Where the content was a list of parts. */
  content_parts?: ContentPart[] | null
  name?: string | null
  refusal?: string | null
  tool_calls?: ToolCall[] | null
  function_call?: FunctionCall | null
}

/** What is left of a stored completion. */
export interface CompletionDeleted {
  id: string
  object: 'chat.completion.deleted'
  deleted: boolean
}
