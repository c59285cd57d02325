import type { Message, TextPart } from './messages.ts'
import type { ResponseFormat, ToolChoice, ToolDefinition } from './tools.ts'

/** The body of `POST /chat/completions`. Fields not listed here pass through unchanged. */
export interface CompletionParams {
  /** The conversation so far. */
  messages: Message[]
  /** The model's id, e.g. `gpt-5.1`. */
  model: string
  /** How to speak. Required with `modalities: ['audio']`. */
  audio?: AudioParams | null
  /** -2 to 2; positive values make repetition less likely, by how often a token came. @default 0 */
  frequency_penalty?: number | null
  /** @deprecated Use `tool_choice`. */
  function_call?: 'none' | 'auto' | { name: string }
  /** @deprecated Use `tools`. */
  functions?: { name: string; description?: string; parameters?: Record<string, unknown> }[]
  /** Token id → bias from -100 (never) to 100 (always). */
  logit_bias?: Record<string, number> | null
  /** Return the log probabilities of the answer's tokens. @default false */
  logprobs?: boolean | null
  /** The most tokens the answer may take, reasoning included. */
  max_completion_tokens?: number | null
  /** @deprecated Use `max_completion_tokens`; many compatible servers know only this one. */
  max_tokens?: number | null
  /** Up to 16 pairs, keys to 64 and values to 512 characters; kept with stored completions. */
  metadata?: Record<string, string> | null
  /** @default ['text'] */
  modalities?: ('text' | 'audio')[] | null
  /** How many choices, 1 to 128; every one is paid for. @default 1 */
  n?: number | null
  /** May one answer hold several calls? @default true */
  parallel_tool_calls?: boolean
  /** Text the answer will mostly repeat, to make it faster. */
  prediction?: { type: 'content'; content: string | TextPart[] } | null
  /** -2 to 2; positive values make new topics more likely. @default 0 */
  presence_penalty?: number | null
  /** Groups requests for the prompt cache; replaces `user` for that purpose. */
  prompt_cache_key?: string
  /** How long the prompt cache keeps this prefix. @default in_memory */
  prompt_cache_retention?: 'in_memory' | 'in-memory' | '24h' | null
  /** How hard a reasoning model thinks; which values exist depends on the model. */
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | null
  /** @default { type: 'text' } */
  response_format?: ResponseFormat
  /** A stable, hashed id of the end user, to detect abuse. At most 64 characters. */
  safety_identifier?: string
  /** @deprecated Asks for repeatable sampling; never a guarantee. */
  seed?: number | null
  /** @default 'auto' */
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | null
  /** Up to four texts at which the answer ends. */
  stop?: string | string[] | null
  /** Keep the completion, so that it can be retrieved and listed. @default false */
  store?: boolean | null
  /** Send the answer in chunks as it is made. @default false */
  stream?: boolean | null
  /** Only with `stream: true`. */
  stream_options?: StreamOptions | null
  /** 0 to 2; higher is more random. Change this or `top_p`, not both. @default 1 */
  temperature?: number | null
  tool_choice?: ToolChoice
  /** At most 128. */
  tools?: ToolDefinition[]
  /** 0 to 20: how many likely tokens to return at each position. Needs `logprobs: true`. */
  top_logprobs?: number | null
  /** 0 to 1: sample from the tokens that make up this share of the probability. @default 1 */
  top_p?: number | null
  /** @deprecated Use `safety_identifier` and `prompt_cache_key`. */
  user?: string
  /** How long-winded the answer is. @default 'medium' */
  verbosity?: 'low' | 'medium' | 'high' | null
  /** Let a search model look things up on the web. */
  web_search_options?: WebSearchOptions
}

export interface AudioParams {
  format: 'wav' | 'aac' | 'mp3' | 'flac' | 'opus' | 'pcm16'
  /** A built-in voice's name (`alloy`, `ash`, `ballad`, …), or a custom voice's id. */
  voice: string | { id: string }
}

export interface StreamOptions {
  /** A last chunk with the usage of the whole request and no choices. @default false */
  include_usage?: boolean
  /** Random padding in each chunk that hides its length. @default true */
  include_obfuscation?: boolean
}

export interface WebSearchOptions {
  /** @default 'medium' */
  search_context_size?: 'low' | 'medium' | 'high'
  user_location?: {
    type: 'approximate'
    approximate: { city?: string; country?: string; region?: string; timezone?: string }
  } | null
}
