// How the server's answers look on the wire.

/** One event of a stream. */
export function event(delta: object, finish: string | null): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-benchmark',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'benchmark',
    service_tier: 'default',
    system_fingerprint: 'fp_0123456789',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })}\n\n`
}

/** A whole answer. */
export function completion(message: object, finish: string): string {
  return JSON.stringify({
    id: 'chatcmpl-benchmark',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'benchmark',
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: { prompt_tokens: 300, completion_tokens: 32, total_tokens: 332 },
  })
}
