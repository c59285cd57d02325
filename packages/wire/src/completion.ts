import type { AssistantMessage, FunctionCall, ReasoningDetail, ToolCall } from './messages.ts'

/** The answer to a request without `stream`. Fields not listed here are kept as they came. */
export interface Completion {
  id: string
  object: 'chat.completion'
  /** Unix time in seconds. */
  created: number
  model: string
  choices: Choice[]
  usage?: Usage | null
  service_tier?: string | null
  /** @deprecated Identifies the server's configuration. */
  system_fingerprint?: string | null
  /** Only on a stored completion. */
  metadata?: Record<string, string> | null
}

export interface Choice {
  index: number
  message: CompletionMessage
  finish_reason: FinishReason | null
  logprobs?: Logprobs | null
}

/**
 * Why the answer ended. `stop`: it is complete; `length`: it reached a token limit; `tool_calls`: it calls tools;
 * `content_filter`: a filter withheld something. Other servers send other values; `finishOf` groups them.
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call' | (string & {})

/** The model's message in a completion. It may be sent back as it is. */
export interface CompletionMessage extends AssistantMessage {
  content: string | null
  refusal?: string | null
  tool_calls?: ToolCall[]
  function_call?: FunctionCall | null
  annotations?: Annotation[]
  audio?: CompletionAudio | null
  reasoning_details?: ReasoningDetail[]
}

/** A source the answer cites. Positions count characters of `content`. */
export interface Annotation {
  type: 'url_citation'
  url_citation: { start_index: number; end_index: number; title: string; url: string }
}

export interface CompletionAudio {
  /** The id by which a later assistant message refers to this audio. */
  id: string
  /** Base64, in the requested format. */
  data: string
  /** Unix time in seconds at which the id expires. */
  expires_at: number
  transcript: string
}

export interface Logprobs {
  content: TokenLogprob[] | null
  refusal?: TokenLogprob[] | null
}

export interface TokenLogprob {
  token: string
  logprob: number
  /** The token's UTF-8 bytes; `null` where it has none. */
  bytes: number[] | null
  top_logprobs: { token: string; logprob: number; bytes: number[] | null }[]
}

/** Counts of tokens. */
export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details?: {
    cached_tokens?: number
    cache_write_tokens?: number
    text_tokens?: number
    audio_tokens?: number
    image_tokens?: number
  } | null
  completion_tokens_details?: {
    reasoning_tokens?: number
    text_tokens?: number
    audio_tokens?: number
    accepted_prediction_tokens?: number
    rejected_prediction_tokens?: number
  } | null
}
