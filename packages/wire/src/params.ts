import type { Message, TextPart } from './messages.ts'
import type { ResponseFormat, ToolChoice, ToolDefinition } from './tools.ts'

/**
 * The body of `POST /chat/completions` (API reference: "Create chat completion"). Which parameters are accepted
 * depends on the model; the server rejects others with status 400. Fields not listed here pass through unchanged.
 */
export interface CompletionParams {
  /** The conversation so far, at least one message. Which kinds of content are accepted depends on the model. */
  messages: Message[]
  /** The model's id, e.g. `gpt-5.1`. */
  model: string
  /** The voice and format of spoken answers. Required with `modalities: ['audio']`. */
  audio?: AudioParams | null
  /** -2 to 2; positive values make a token less likely the more often it has occurred. @default 0 */
  frequency_penalty?: number | null
  /** @deprecated Use `tool_choice`. `none` and `auto` mean the same; a name forces that function. */
  function_call?: 'none' | 'auto' | { name: string }
  /** @deprecated Use `tools`. */
  functions?: { name: string; description?: string; parameters?: Record<string, unknown> }[]
  /** Token id (as text) → bias: -100 bans the token, 100 forces it, -1 to 1 nudges. @default none */
  logit_bias?: Record<string, number> | null
  /** Return the log probabilities of the answer's tokens. @default false */
  logprobs?: boolean | null
  /** The most tokens the answer may take, reasoning included; an answer that reaches it ends with `length`. @default the model's own */
  max_completion_tokens?: number | null
  /**
   * The older name of `max_completion_tokens`. OpenAI's reasoning models reject it; many servers accept only it.
   * @deprecated Use `max_completion_tokens`.
   */
  max_tokens?: number | null
  /** Up to 16 pairs, keys to 64 and values to 512 characters; stored completions can be listed by them. */
  metadata?: Record<string, string> | null
  /** What the answer consists of; `['text', 'audio']` with models that generate audio. @default ['text'] */
  modalities?: ('text' | 'audio')[] | null
  /** Checks the input and the answer with a moderation model, and scores or blocks them. @default none */
  moderation?: ModerationParams | null
  /** How many choices, 1 to 128; the tokens of every choice are billed. @default 1 */
  n?: number | null
  /** May one answer hold several tool calls? @default true */
  parallel_tool_calls?: boolean
  /** Text the answer will mostly repeat, to make it faster; tokens that differ from it are billed as output. @default none */
  prediction?: { type: 'content'; content: string | TextPart[] } | null
  /** -2 to 2; positive values make every token that has occurred less likely, so new topics more likely. @default 0 */
  presence_penalty?: number | null
  /** Groups requests with a common beginning for the prompt cache; replaces `user` for that purpose. @default none */
  prompt_cache_key?: string | null
  /** Breakpoints and lifetime of the prompt cache, for models that support them. @default one implicit breakpoint, 30m */
  prompt_cache_options?: PromptCacheOptions
  /**
   * The longest the prompt cache may keep this prefix. Newer models use `prompt_cache_options.ttl`.
   * @default 'in_memory', or '24h' by the organisation's setting or the model
   */
  prompt_cache_retention?: 'in_memory' | 'in-memory' | '24h' | null
  /** How much a reasoning model thinks; the values depend on the model. @default the model's, mostly 'medium' */
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
  /** The form of the answer. @default { type: 'text' } */
  response_format?: ResponseFormat
  /** A stable id of the end user to detect abuse, at most 128 characters; send a hash, not the user's name or address. @default none */
  safety_identifier?: string | null
  /** A whole number: the same seed makes the same answer likely, without a guarantee. @deprecated @default random */
  seed?: number | null
  /** How the request is processed and priced; the answer's `service_tier` names the tier used. @default 'auto' */
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null
  /** Up to four texts before which the answer ends; reasoning models accept none. @default none */
  stop?: string | string[] | null
  /** Keep the completion, so that it can be retrieved and listed. @default false */
  store?: boolean | null
  /** Send the answer in chunks as it is made. @default false */
  stream?: boolean | null
  /** Only with `stream: true`. */
  stream_options?: StreamOptions | null
  /** 0 to 2; higher is more random. Change this or `top_p`, not both; reasoning models accept neither. @default 1 */
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
  /** How detailed the answer is. @default 'medium' */
  verbosity?: 'low' | 'medium' | 'high' | null
  /** Lets a search model search the web. @default no search */
  web_search_options?: WebSearchOptions
}

export interface AudioParams {
  format: 'wav' | 'aac' | 'mp3' | 'flac' | 'opus' | 'pcm16'
  /** A built-in voice's name (`alloy`, `ash`, `ballad`, …), or a custom voice's id. */
  voice: string | { id: string }
}

export interface StreamOptions {
  /** A last chunk with the usage of the whole request and no choices; it is missing when the stream breaks off. @default false */
  include_usage?: boolean
  /** Random padding in each chunk, which hides its length from observers of the network. @default true */
  include_obfuscation?: boolean
}

export interface WebSearchOptions {
  /** How much of the search results the model reads. @default 'medium' */
  search_context_size?: 'low' | 'medium' | 'high'
  /** Where the user is: city, two-letter country, region, IANA time zone. */
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
  /** `explicit`: breakpoints only at the parts that carry a `prompt_cache_breakpoint`. @default 'implicit' */
  mode?: 'implicit' | 'explicit'
  /** The least time the prefix is kept. @default '30m' */
  ttl?: '30m'
}
