import type { Message, TextPart } from './messages.ts'
import type { ResponseFormat, ToolChoice, ToolDefinition } from './tools.ts'

/**
 * The body of `POST /chat/completions` (API reference: "Create chat completion"). Which parameters a model takes
 * depends on the model; one it does not take is answered with 400. Fields not listed here pass through unchanged.
 */
export interface CompletionParams {
  /** The conversation so far, at least one message. What kinds of content a model reads depends on the model. */
  messages: Message[]
  /** The model's id, e.g. `gpt-5.1`. */
  model: string
  /** How to speak. Required with `modalities: ['audio']`. */
  audio?: AudioParams | null
  /** -2 to 2; positive values make repetition less likely, by how often a token came already. @default 0 */
  frequency_penalty?: number | null
  /** @deprecated Use `tool_choice`. `none` and `auto` mean the same; a name forces that function. */
  function_call?: 'none' | 'auto' | { name: string }
  /** @deprecated Use `tools`. */
  functions?: { name: string; description?: string; parameters?: Record<string, unknown> }[]
  /** Token id (as text) → bias: -100 bans the token, 100 forces it, -1 to 1 nudges. @default none */
  logit_bias?: Record<string, number> | null
  /** Return the log probabilities of the answer's tokens. @default false */
  logprobs?: boolean | null
  /** The most tokens the answer may take, reasoning included; at the bound it ends with `length`. @default the model's own */
  max_completion_tokens?: number | null
  /**
   * As `max_completion_tokens`, which reasoning models of OpenAI demand; many compatible servers know only this one.
   * @deprecated Use `max_completion_tokens`.
   */
  max_tokens?: number | null
  /** Up to 16 pairs, keys to 64 and values to 512 characters; stored completions can be listed by them. */
  metadata?: Record<string, string> | null
  /** What the answer consists of; `['text', 'audio']` with models that speak. @default ['text'] */
  modalities?: ('text' | 'audio')[] | null
  /** Checks the input and the answer with a moderation model, and scores or blocks them. @default none */
  moderation?: ModerationParams | null
  /** How many choices, 1 to 128; the tokens of every one are paid for. @default 1 */
  n?: number | null
  /** May one answer hold several tool calls? @default true */
  parallel_tool_calls?: boolean
  /** Text the answer will mostly repeat, to make it faster; what differs from it is paid for as output. @default none */
  prediction?: { type: 'content'; content: string | TextPart[] } | null
  /** -2 to 2; positive values make tokens that came already less likely, so new topics more likely. @default 0 */
  presence_penalty?: number | null
  /** Groups requests with a common beginning for the prompt cache; replaces `user` for that purpose. @default none */
  prompt_cache_key?: string | null
  /** Where the prompt cache may cut and how long it keeps, for models that know it. @default one implicit cut, 30m */
  prompt_cache_options?: PromptCacheOptions
  /**
   * The longest the prompt cache may keep this prefix. Newer models take `prompt_cache_options.ttl`.
   * @default 'in_memory', or '24h' where the organisation or the model says so
   */
  prompt_cache_retention?: 'in_memory' | 'in-memory' | '24h' | null
  /** How hard a reasoning model thinks; which values exist depends on the model. @default the model's, mostly 'medium' */
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
  /** The form of the answer. @default { type: 'text' } */
  response_format?: ResponseFormat
  /** A stable id of the end user to detect abuse, at most 128 characters; hash what it is made of. @default none */
  safety_identifier?: string | null
  /** A whole number: the same one asks for the same answer, with no guarantee. @deprecated @default random */
  seed?: number | null
  /** How the request is served and priced; the answer's `service_tier` says how it was. @default 'auto' */
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null
  /** Up to four texts before which the answer ends; reasoning models take none. @default none */
  stop?: string | string[] | null
  /** Keep the completion, so that it can be retrieved and listed. @default false */
  store?: boolean | null
  /** Send the answer in chunks as it is made. @default false */
  stream?: boolean | null
  /** Only with `stream: true`. */
  stream_options?: StreamOptions | null
  /** 0 to 2; higher is more random. Change this or `top_p`, not both; reasoning models take neither. @default 1 */
  temperature?: number | null
  /** Which tools the model may or must call. @default 'none' without tools, else 'auto' */
  tool_choice?: ToolChoice
  /** What the model may call, at most 128. @default none */
  tools?: ToolDefinition[]
  /** 0 to 20: how many likely tokens to return at each position. Needs `logprobs: true`. @default 0 */
  top_logprobs?: number | null
  /** 0 to 1: sample from the most likely tokens that make up this share of the probability. @default 1 */
  top_p?: number | null
  /** A stable id of the end user. @deprecated Use `safety_identifier` and `prompt_cache_key`. */
  user?: string
  /** How long-winded the answer is. @default 'medium' */
  verbosity?: 'low' | 'medium' | 'high' | null
  /** Lets a search model look things up on the web. @default no search */
  web_search_options?: WebSearchOptions
}

export interface AudioParams {
  format: 'wav' | 'aac' | 'mp3' | 'flac' | 'opus' | 'pcm16'
  /** A built-in voice's name (`alloy`, `ash`, `ballad`, …), or a custom voice's id. */
  voice: string | { id: string }
}

export interface StreamOptions {
  /** A last chunk with the usage of the whole request and no choices; it is missing when the stream is cut. @default false */
  include_usage?: boolean
  /** Random padding in each chunk that hides its length from who watches the network. @default true */
  include_obfuscation?: boolean
}

export interface WebSearchOptions {
  /** How much of what was found the model reads. @default 'medium' */
  search_context_size?: 'low' | 'medium' | 'high'
  /** Where the person is: city, two-letter country, region, IANA time zone. */
  user_location?: {
    type: 'approximate'
    approximate: { city?: string; country?: string; region?: string; timezone?: string }
  } | null
}

export interface ModerationParams {
  /** The moderation model's id. */
  model: string
  policy?: { input?: { mode: 'score' | 'block' } | null; output?: { mode: 'score' | 'block' } | null } | null
}

export interface PromptCacheOptions {
  /** `explicit`: cut only at the parts that carry a `prompt_cache_breakpoint`. @default 'implicit' */
  mode?: 'implicit' | 'explicit'
  /** The least time the prefix is kept. @default '30m' */
  ttl?: '30m'
}
