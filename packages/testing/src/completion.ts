// Builds the wire form of a reply. Ids, times and token counts are the same in every run.
import type { Choice, Completion, CompletionMessage, Usage } from '@toolloop/wire'
import { isJsonObject } from './json-object.ts'
import type { ScriptRequest } from './script.ts'
import { toolCall, type AnswerParts, type AnswerReply } from './reply.ts'

/** The values that fill in an answer. */
export interface AnswerContext {
  /** The position of the request, from 0. */
  readonly index: number
  readonly model: string
  /** Used to estimate the prompt tokens. */
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
  // Ids of further choices get a suffix, so that they are unique in the answer.
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

/** Estimates four characters per token; at least one token each for prompt and answer. */
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

/** Does a raw body have `choices`? Only then can it be split into chunks or stored. */
export function isCompletion(body: unknown): body is Completion {
  return isJsonObject(body) && Array.isArray(body['choices'])
}
