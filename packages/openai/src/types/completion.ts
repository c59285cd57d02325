// The types of an answer, under the peer's names. They are stricter than the wire's, which also cover other servers.
import type { Annotation, CompletionAudio, FunctionCall as CalledFunction, TokenLogprob } from '@toolloop/wire'
import type {
  ChatCompletionContentPartImage,
  ChatCompletionContentPartText,
  ChatCompletionMessageCustomToolCall,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageToolCall,
  ChatCompletionRole,
  Metadata,
} from './chat.ts'

export type ChatCompletionAudio = CompletionAudio
export type ChatCompletionTokenLogprob = TokenLogprob
type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call'
type ServiceTier = 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast'

export interface CompletionUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details?: {
    audio_tokens?: number
    cache_write_tokens?: number
    cached_tokens?: number
    image_tokens?: number
    text_tokens?: number
  }
  completion_tokens_details?: {
    accepted_prediction_tokens?: number
    audio_tokens?: number
    reasoning_tokens?: number
    rejected_prediction_tokens?: number
    text_tokens?: number
  }
}

export interface ChatCompletionMessage {
  role: 'assistant'
  content: string | null
  refusal: string | null
  annotations?: Annotation[]
  audio?: ChatCompletionAudio | null
  function_call?: CalledFunction | null
  tool_calls?: ChatCompletionMessageToolCall[]
}

interface ChoiceLogprobs {
  content: ChatCompletionTokenLogprob[] | null
  refusal: ChatCompletionTokenLogprob[] | null
}

interface CompletionChoice {
  index: number
  message: ChatCompletionMessage
  finish_reason: FinishReason
  logprobs: ChoiceLogprobs | null
}

export interface ChatCompletion {
  id: string
  object: 'chat.completion'
  created: number
  model: string
  choices: CompletionChoice[]
  metadata?: Metadata | null
  moderation?: CompletionModeration | null
  service_tier?: ServiceTier | null
  system_fingerprint?: string
  usage?: CompletionUsage
}

interface CompletionModeration {
  input: ModerationResults | ModerationFailure
  output: ModerationResults | ModerationFailure
}

interface ModerationResults {
  type: 'moderation_results'
  model: string
  results: {
    type: 'moderation_result'
    model: string
    flagged: boolean
    categories: Record<string, boolean>
    category_scores: Record<string, number>
    category_applied_input_types: Record<string, ('text' | 'image')[]>
  }[]
}

interface ModerationFailure {
  type: 'error'
  code: string
  message: string
}

interface ChunkToolCall {
  index: number
  id?: string
  type?: 'function' | 'custom'
  function?: { name?: string; arguments?: string }
  custom?: { name?: string; input?: string }
}

interface ChunkDelta {
  role?: 'developer' | 'system' | 'user' | 'assistant' | 'tool'
  content?: string | null
  refusal?: string | null
  audio?: { id?: string; data?: string; expires_at?: number; transcript?: string }
  function_call?: { name?: string; arguments?: string }
  tool_calls?: ChunkToolCall[]
}

interface ChunkChoice {
  index: number
  delta: ChunkDelta
  finish_reason: FinishReason | null
  logprobs?: ChoiceLogprobs | null
}

export interface ChatCompletionChunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  choices: ChunkChoice[]
  moderation?: CompletionModeration | null
  obfuscation?: string
  service_tier?: ServiceTier | null
  system_fingerprint?: string
  usage?: CompletionUsage | null
}

export interface ChatCompletionStoreMessage extends ChatCompletionMessage {
  id: string
  content_parts?: (ChatCompletionContentPartText | ChatCompletionContentPartImage)[] | null
}

export interface ChatCompletionDeleted {
  id: string
  object: 'chat.completion.deleted'
  deleted: boolean
}

// Parsed answers.
export interface ParsedFunction extends CalledFunction {
  parsed_arguments?: unknown
}
export interface ParsedFunctionToolCall extends ChatCompletionMessageFunctionToolCall {
  function: ParsedFunction
}
export type ParsedChatCompletionMessageToolCall = ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall
export interface ParsedChatCompletionMessage<ParsedT> extends ChatCompletionMessage {
  parsed: ParsedT | null
  tool_calls?: ParsedChatCompletionMessageToolCall[]
}
export interface ParsedChoice<ParsedT> extends CompletionChoice {
  message: ParsedChatCompletionMessage<ParsedT>
}
export interface ParsedChatCompletion<ParsedT> extends ChatCompletion {
  choices: ParsedChoice<ParsedT>[]
}

/** A streamed answer so far. */
export interface ChatCompletionSnapshot {
  id: string
  choices: SnapshotChoice[]
  created: number
  model: string
  system_fingerprint?: string
}

interface SnapshotChoice {
  message: SnapshotMessage
  finish_reason: FinishReason | null
  logprobs: ChoiceLogprobs | null
  index: number
}

interface SnapshotMessage {
  role?: ChatCompletionRole
  content?: string | null
  refusal?: string | null
  parsed?: unknown
  audio?: Partial<ChatCompletionAudio> | null
  function_call?: { name?: string; arguments?: string }
  tool_calls?: (
    | { id: string; type: 'function'; function: { name: string; arguments: string; parsed_arguments?: unknown } }
    | { id: string; type: 'custom'; custom: { name: string; input: string } }
  )[]
}

// Nested type names, for code that writes `ChatCompletion.Choice`.
// oxlint-disable typescript/no-namespace -- the peer's types are reached through namespaces; these hold types alone
export declare namespace ChatCompletion {
  export type Choice = CompletionChoice
  export namespace Choice {
    export type Logprobs = ChoiceLogprobs
  }
  export type Moderation = CompletionModeration
}
export declare namespace ChatCompletionMessage {
  export type FunctionCall = CalledFunction
  export type { Annotation }
}
export declare namespace ChatCompletionChunk {
  export type Choice = ChunkChoice
  export namespace Choice {
    export type Delta = ChunkDelta
    export type Logprobs = ChoiceLogprobs
    export namespace Delta {
      export type ToolCall = ChunkToolCall
    }
  }
}
