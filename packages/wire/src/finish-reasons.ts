// The only table of `finish_reason` values and their meanings, from recorded traffic and vendors' manuals.

/**
 * How an answer ended. `complete`: the model finished it; `truncated`: it reached a limit, so the rest is missing;
 * `filtered`: a filter withheld something; `failed`: the server broke it off; `unknown`: no reason, or one that is not
 * in the table.
 */
export type Finish = 'complete' | 'truncated' | 'filtered' | 'failed' | 'unknown'

/** In lower case, with `_` between words; see `finishOf`. */
const reasons: readonly (readonly [Exclude<Finish, 'unknown'>, string])[] = [
  ['complete', 'stop tool_calls function_call'],
  // Text Generation Inference, Together AI, watsonx.
  ['complete', 'eos eos_token stop_sequence'],
  // Anthropic and gateways to it; Cohere; other gateways.
  ['complete', 'end_turn tool_use complete tool_call completed end normal stop_token function_calls'],
  // Anthropic, Gemini, Cohere, watsonx; the names of the parameters, from gateways.
  ['truncated', 'length max_tokens max_output_tokens max_completion_tokens max_length token_limit time_limit'],
  // Mistral, Anthropic, Z.ai; Cohere's first API; vLLM and Xiaomi MiMo stop a model that repeats itself.
  ['truncated', 'model_length model_context_window_exceeded context_length_exceeded error_limit'],
  ['truncated', 'repetition repetition_truncation'],
  // Gemini and Vertex AI.
  ['filtered', 'content_filter safety recitation blocklist prohibited_content spii model_armor'],
  ['filtered', 'image_safety image_prohibited_content image_recitation'],
  // Z.ai, Bedrock, Anthropic, Cohere's first API.
  ['filtered', 'sensitive content_filtered guardrail_intervened refusal error_toxic'],
  // OpenRouter, vLLM, SGLang, Cohere, watsonx; Z.ai, DeepSeek; gateways.
  ['failed', 'error timeout failed abort aborted cancelled canceled user_cancel'],
  ['failed', 'network_error insufficient_system_resource internal_error server_error rate_limit_exceeded'],
  // Gemini and Vertex AI.
  ['failed', 'malformed_function_call unexpected_tool_call too_many_tool_calls missing_thought_signature'],
  ['failed', 'malformed_response language other no_image image_other'],
  // Bedrock.
  ['failed', 'malformed_model_output malformed_tool_use'],
]

const byReason: ReadonlyMap<string, Finish> = new Map(
  reasons.flatMap(([finish, words]) => words.split(' ').map((word): [string, Finish] => [word, finish])),
)

/**
 * What a `finish_reason` means, in any spelling: `MAX_TOKENS`, `content-filter` and `FinishReason.SAFETY` are also found.
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

/** Does this reason announce that the answer calls tools? */
export function announcesCalls(reason: string | null | undefined): boolean {
  return !!reason && (announcing.has(reason) || announcing.has(plainSpelling(reason)))
}

function plainSpelling(reason: string): string {
  const words = reason.slice(0, 100).toLowerCase().replaceAll(/[- ]/g, '_')
  return words.replace(/^(?:finish_?reason[._])/, '')
}
