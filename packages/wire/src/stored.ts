// Stored completions: what `GET`, `POST` and `DELETE` on `/chat/completions/…` return.
import type { ContentPart, FunctionCall, ToolCall } from './messages.ts'

/** One page of a list; the next page begins after `last_id`. */
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
  /** Present where the content was a list of parts. */
  content_parts?: ContentPart[] | null
  name?: string | null
  refusal?: string | null
  tool_calls?: ToolCall[] | null
  function_call?: FunctionCall | null
}

/** The answer to a request that deletes a stored completion. */
export interface CompletionDeleted {
  id: string
  object: 'chat.completion.deleted'
  deleted: boolean
}
