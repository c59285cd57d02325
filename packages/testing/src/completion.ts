// From a reply to the completion on the wire: ids, times and token counts are the same in every run.
import type { Choice, Completion, CompletionMessage, Usage } from '@toolloop/wire'
import { isJsonObject } from './json-object.ts'
import type { ScriptRequest } from './script.ts'
import { toolCall, type AnswerParts, type AnswerReply } from './reply.ts'

/** What an answer is filled in with. */
export interface AnswerContext {
  /** The number of the request, from 0. */
  readonly index: number
  readonly model: string
  /** For the estimate of its tokens. */
  readonly request: Pick<ScriptRequest, 'messages' | 'tools'>
}

/** 2025-01-01T00:00:00Z; each answer is one second later than the one before. */
const epoch = 1_735_689_600

/** The whole answer, as a request without `stream` gets it. */
export function completionOf(answer: AnswerReply, context: AnswerContext): Completion {
  const choices = answer.choices.map((parts, index) => choiceOf(parts, index, context.index + 1))
  const usage = answer.usage === undefined ? estimateUsage(context.request, choices) : answer.usage
  return {
    id: `chatcmpl-${context.index + 1}`,
    object: 'chat.completion',
    created: epoch + context.index,
    model: answer.model ?? context.model,
    choices,
    ...(usage && { usage }),
    service_tier: 'default',
    system_fingerprint: 'fp_scripted',
  }
}

function choiceOf(parts: AnswerParts, index: number, request: number): Choice {
  const toolCalls = (parts.toolCalls ?? []).map((item, at) => toolCall(item, request, at + 1))
  // Positions go on over the choices, so that ids are unique in the whole answer.
  if (index > 0)
    for (const [at, item] of toolCalls.entries()) item.id = parts.toolCalls?.[at]?.id ?? `${item.id}_${index}`
  const message: CompletionMessage = {
    role: 'assistant',
    content: parts.content ?? null,
    refusal: parts.refusal ?? null,
    ...(parts.reasoning !== undefined && { reasoning_content: parts.reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...parts.message,
  }
  const finish = parts.finishReason === undefined ? (toolCalls.length > 0 ? 'tool_calls' : 'stop') : parts.finishReason
  return { index, message, finish_reason: finish, logprobs: parts.logprobs ?? null }
}

/** About four characters a token, as a rule of thumb has it; never zero. */
function estimateUsage({ messages, tools }: AnswerContext['request'], choices: readonly Choice[]): Usage {
  const reasoning = choices.reduce((sum, { message }) => sum + tokens(message.reasoning_content ?? ''), 0)
  const written = choices.reduce(
    (sum, { message }) =>
      sum +
      tokens((message.content ?? '') + (message.refusal ?? '')) +
      tokens(message.tool_calls ? JSON.stringify(message.tool_calls) : ''),
    0,
  )
  const prompt = Math.max(1, tokens(JSON.stringify([messages, tools])))
  const answer = Math.max(1, written + reasoning)
  return {
    prompt_tokens: prompt,
    completion_tokens: answer,
    total_tokens: prompt + answer,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function tokens(value: string): number {
  return Math.ceil(value.length / 4)
}

/** Has a raw body what it takes to be split into chunks, or to be stored? */
export function isCompletion(body: unknown): body is Completion {
  return isJsonObject(body) && Array.isArray(body['choices'])
}
