// The messages of a conversation, as `POST /chat/completions` takes them (API reference: "Create chat completion").

/** Everything a conversation may hold. A transcript pasted from a log is a valid value. */
export type Message = SystemMessage | DeveloperMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage

/** Instructions from the developer of the application. Newer OpenAI models read it as `developer`. */
export interface SystemMessage {
  role: 'system'
  content: string | TextPart[]
  /** Distinguishes participants of the same role. */
  name?: string
}

/** Instructions from the developer of the application, for models that support the role (o1 and newer). */
export interface DeveloperMessage {
  role: 'developer'
  content: string | TextPart[]
  name?: string
}

/** What the user writes: text, or parts with images, audio and files. */
export interface UserMessage {
  role: 'user'
  content: string | ContentPart[]
  name?: string
}

/** The model's answer. At least one of these is required: `content`, `tool_calls`, `refusal` or `audio`. */
export interface AssistantMessage {
  role: 'assistant'
  content?: string | (TextPart | RefusalPart)[] | null
  refusal?: string | null
  name?: string
  /** An earlier spoken answer, by id. */
  audio?: { id: string } | null
  tool_calls?: ToolCall[]
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: FunctionCall | null
  /** Reasoning text as DeepSeek, vLLM and others return it; sent back only where the server requires it. */
  reasoning_content?: string | null
  /** Reasoning text as Groq, OpenRouter, Cerebras and others return it. */
  reasoning?: string | null
  /** Reasoning blocks as OpenRouter returns them; signed or encrypted blocks must be sent back unchanged. */
  reasoning_details?: ReasoningDetail[]
}

/** The result of one tool call. It follows the assistant message that made the call. */
export interface ToolMessage {
  role: 'tool'
  content: string | TextPart[]
  tool_call_id: string
}

/** @deprecated The result of a `function_call`; replaced by `ToolMessage`. */
export interface FunctionMessage {
  role: 'function'
  content: string | null
  name: string
}

/** One part of a user message. */
export type ContentPart = TextPart | ImagePart | AudioPart | FilePart

export interface TextPart {
  type: 'text'
  text: string
  prompt_cache_breakpoint?: CacheBreakpoint
}

export interface ImagePart {
  type: 'image_url'
  image_url: {
    /** An https URL, or a data URL with base64 content. */
    url: string
    /** @default 'auto' */
    detail?: 'auto' | 'low' | 'high' | 'original'
  }
  prompt_cache_breakpoint?: CacheBreakpoint
}

export interface AudioPart {
  type: 'input_audio'
  input_audio: {
    /** Base64. */
    data: string
    format: 'wav' | 'mp3'
  }
  prompt_cache_breakpoint?: CacheBreakpoint
}

export interface FilePart {
  type: 'file'
  file: {
    /** A data URL with base64 content. */
    file_data?: string
    /** The id of an uploaded file. */
    file_id?: string
    filename?: string
  }
  prompt_cache_breakpoint?: CacheBreakpoint
}

/** The prompt cache may keep everything up to the part that carries this. A request may have four. */
export interface CacheBreakpoint {
  mode: 'explicit'
  /** @default '30m' */
  ttl?: '30m' | '12h'
}

export interface RefusalPart {
  type: 'refusal'
  refusal: string
}

/** A call that the model requests. */
export type ToolCall = FunctionToolCall | CustomToolCall

export interface FunctionToolCall {
  id: string
  type: 'function'
  function: FunctionCall
}

export interface FunctionCall {
  name: string
  /** JSON as the model wrote it: it may be invalid or incomplete, or not fit the schema. */
  arguments: string
}

export interface CustomToolCall {
  id: string
  type: 'custom'
  custom: { name: string; input: string }
}

/** One block of OpenRouter's `reasoning_details`; pieces with the same `index` form one block. */
export interface ReasoningDetail {
  type: string
  index?: number
  id?: string | null
  format?: string | null
  text?: string | null
  summary?: string | null
  data?: string | null
  signature?: string | null
}
