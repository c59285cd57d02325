import type { Annotation, FinishReason, Logprobs, Usage } from './completion.ts'
import type { ReasoningDetail } from './messages.ts'

/**
 * One piece of a streamed answer. Servers differ, so every field below `choices` is optional here and may be
 * missing, `null` or repeated on the wire. Fields not listed are kept as they came.
 */
export interface Chunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  /** Empty in the chunk that carries the usage. */
  choices: ChunkChoice[]
  usage?: Usage | null
  service_tier?: string | null
  system_fingerprint?: string | null
}

export interface ChunkChoice {
  index: number
  delta: Delta
  finish_reason: FinishReason | null
  logprobs?: Logprobs | null
}

/** What the chunk adds to the message. */
export interface Delta {
  role?: 'developer' | 'system' | 'user' | 'assistant' | 'tool'
  content?: string | null
  refusal?: string | null
  tool_calls?: ToolCallDelta[]
  function_call?: { name?: string; arguments?: string }
  reasoning_content?: string | null
  reasoning?: string | null
  reasoning_details?: ReasoningDetail[]
  annotations?: Annotation[]
  audio?: { id?: string; data?: string; transcript?: string; expires_at?: number }
}

/** What the chunk adds to a tool call. Pieces of one call share an `index`. */
export interface ToolCallDelta {
  index: number
  id?: string
  type?: 'function' | 'custom'
  function?: { name?: string; arguments?: string }
  custom?: { name?: string; input?: string }
}
