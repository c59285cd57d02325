// What servers mean by `finish_reason`: the one table, from recorded traffic and vendors' manuals.

/**
 * How an answer ended. `complete`: as the model wanted it; `truncated`: at a limit, so the rest is missing;
 * `filtered`: something was withheld; `failed`: the server broke off; `unknown`: no reason, or one that is not in the
 * table.
 */
export type Finish = 'complete' | 'truncated' | 'filtered' | 'failed' | 'unknown'

/** Lower case, words joined by `_`: see `finishOf`. */
const reasons: Readonly<Record<Exclude<Finish, 'unknown'>, readonly string[]>> = {
  complete: [
    ...['stop', 'tool_calls', 'function_call'],
    // Text Generation Inference, Together AI, watsonx.
    ...['eos', 'eos_token', 'stop_sequence'],
    // Anthropic and gateways to it.
    ...['end_turn', 'tool_use'],
    // Cohere.
    ...['complete', 'tool_call'],
    // Other gateways.
    ...['completed', 'end', 'normal', 'stop_token', 'function_calls'],
  ],
  truncated: [
    'length',
    // Anthropic, Gemini, Cohere, watsonx; the parameters’ names from gateways.
    ...['max_tokens', 'max_output_tokens', 'max_completion_tokens', 'max_length', 'token_limit', 'time_limit'],
    // Mistral, Anthropic, Z.ai.
    ...['model_length', 'model_context_window_exceeded', 'context_length_exceeded'],
    // Cohere's first API; vLLM and Xiaomi MiMo stop a model that repeats itself.
    ...['error_limit', 'repetition', 'repetition_truncation'],
  ],
  filtered: [
    'content_filter',
    // Gemini and Vertex AI.
    ...['safety', 'recitation', 'blocklist', 'prohibited_content', 'spii', 'model_armor'],
    ...['image_safety', 'image_prohibited_content', 'image_recitation'],
    // Z.ai, Bedrock, Anthropic, Cohere's first API.
    ...['sensitive', 'content_filtered', 'guardrail_intervened', 'refusal', 'error_toxic'],
  ],
  failed: [
    // OpenRouter, vLLM, Cohere, watsonx.
    ...['error', 'timeout', 'failed', 'cancelled', 'canceled', 'user_cancel'],
    // Z.ai, DeepSeek, vLLM, SGLang.
    ...['network_error', 'insufficient_system_resource', 'abort', 'aborted'],
    // Gemini and Vertex AI.
    ...['malformed_function_call', 'unexpected_tool_call', 'too_many_tool_calls', 'missing_thought_signature'],
    ...['malformed_response', 'language', 'other', 'no_image', 'image_other'],
    // Bedrock.
    ...['malformed_model_output', 'malformed_tool_use'],
    // Gateways.
    ...['internal_error', 'server_error', 'rate_limit_exceeded'],
  ],
}

const byReason: ReadonlyMap<string, Finish> = new Map(
  Object.entries(reasons).flatMap(([finish, words]) => words.map((word) => [word, finish as Finish] as const)),
)

/**
 * What a `finish_reason` means, in any spelling: `MAX_TOKENS`, `content-filter` and `FinishReason.SAFETY` are found too.
 * `unknown` for `null`, `''` and any reason that is not in the table.
 */
export function finishOf(reason: string | null | undefined): Finish {
  if (!reason) return 'unknown'
  return byReason.get(reason) ?? byReason.get(plainSpelling(reason)) ?? 'unknown'
}

const announcing: ReadonlySet<string> = new Set([
  'tool_calls',
  'tool_call',
  'tool_use',
  'function_call',
  'function_calls',
])

/** Does a reason say that the answer makes tool calls? */
export function announcesCalls(reason: string | null | undefined): boolean {
  return !!reason && (announcing.has(reason) || announcing.has(plainSpelling(reason)))
}

function plainSpelling(reason: string): string {
  const words = reason.slice(0, 100).toLowerCase().replaceAll(/[- ]/g, '_')
  return words.replace(/^(?:finish_?reason[._])/, '')
}
