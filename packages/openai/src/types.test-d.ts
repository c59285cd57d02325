// The peer's types and ours are assignable both ways, so programs compile with either.
import type Peer from 'openai'
import type * as PeerChat from 'openai/resources/chat/completions'
import type { CompletionUsage as PeerUsage } from 'openai/resources/completions'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import OpenAI, { type AzureOpenAI } from './index.ts'
import type * as Ours from './resources.ts'
import { zodFunction, zodResponseFormat } from './zod.ts'

/** Each is assignable to the other. */
type Mutual<One, Other> = [One] extends [Other]
  ? [Other] extends [One]
    ? 'mutual'
    : 'ours is wider'
  : 'ours is narrower'

test('the types of messages and their parts', () => {
  expectTypeOf<Mutual<Ours.ChatCompletionMessageParam, PeerChat.ChatCompletionMessageParam>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionSystemMessageParam, PeerChat.ChatCompletionSystemMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionDeveloperMessageParam, PeerChat.ChatCompletionDeveloperMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionUserMessageParam, PeerChat.ChatCompletionUserMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionAssistantMessageParam, PeerChat.ChatCompletionAssistantMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionToolMessageParam, PeerChat.ChatCompletionToolMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionFunctionMessageParam, PeerChat.ChatCompletionFunctionMessageParam>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionContentPart, PeerChat.ChatCompletionContentPart>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionContentPartText, PeerChat.ChatCompletionContentPartText>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionContentPartImage, PeerChat.ChatCompletionContentPartImage>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionContentPartInputAudio, PeerChat.ChatCompletionContentPartInputAudio>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionContentPartRefusal, PeerChat.ChatCompletionContentPartRefusal>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionRole, PeerChat.ChatCompletionRole>>().toEqualTypeOf<'mutual'>()
})

test('the types of tools and their choice', () => {
  expectTypeOf<Mutual<Ours.ChatCompletionTool, PeerChat.ChatCompletionTool>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionFunctionTool, PeerChat.ChatCompletionFunctionTool>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionCustomTool, PeerChat.ChatCompletionCustomTool>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionToolChoiceOption, PeerChat.ChatCompletionToolChoiceOption>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionAllowedToolChoice, PeerChat.ChatCompletionAllowedToolChoice>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionNamedToolChoice, PeerChat.ChatCompletionNamedToolChoice>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionMessageToolCall, PeerChat.ChatCompletionMessageToolCall>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.FunctionDefinition, Peer.FunctionDefinition>>().toEqualTypeOf<'mutual'>()
})

test('the types of parameters', () => {
  expectTypeOf<
    Mutual<Ours.ChatCompletionCreateParamsBase, PeerChat.ChatCompletionCreateParamsBase>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionCreateParams, PeerChat.ChatCompletionCreateParams>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionCreateParamsNonStreaming, PeerChat.ChatCompletionCreateParamsNonStreaming>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionCreateParamsStreaming, PeerChat.ChatCompletionCreateParamsStreaming>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<keyof Ours.ChatCompletionCreateParamsBase>().toEqualTypeOf<
    keyof PeerChat.ChatCompletionCreateParamsBase
  >()
  expectTypeOf<Mutual<Ours.ChatCompletionStreamParams, PeerChat.ChatCompletionStreamParams>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionAudioParam, PeerChat.ChatCompletionAudioParam>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionStreamOptions, PeerChat.ChatCompletionStreamOptions>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ChatCompletionPredictionContent, PeerChat.ChatCompletionPredictionContent>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ReasoningEffort, Peer.ReasoningEffort>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ResponseFormatText, Peer.ResponseFormatText>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ResponseFormatJSONObject, Peer.ResponseFormatJSONObject>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ResponseFormatJSONSchema, Peer.ResponseFormatJSONSchema>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionListParams, PeerChat.ChatCompletionListParams>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionUpdateParams, PeerChat.ChatCompletionUpdateParams>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.MessageListParams, PeerChat.MessageListParams>>().toEqualTypeOf<'mutual'>()
})

test('the types of answers', () => {
  expectTypeOf<Mutual<Ours.ChatCompletion, PeerChat.ChatCompletion>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<OpenAI.ChatCompletion.Choice, Peer.ChatCompletion.Choice>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionMessage, PeerChat.ChatCompletionMessage>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionChunk, PeerChat.ChatCompletionChunk>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<OpenAI.ChatCompletionChunk.Choice.Delta, Peer.ChatCompletionChunk.Choice.Delta>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionAudio, PeerChat.ChatCompletionAudio>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionTokenLogprob, PeerChat.ChatCompletionTokenLogprob>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.CompletionUsage, PeerUsage>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionStoreMessage, PeerChat.ChatCompletionStoreMessage>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ChatCompletionDeleted, PeerChat.ChatCompletionDeleted>>().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ParsedChatCompletion<{ a: 1 }>, PeerChat.ParsedChatCompletion<{ a: 1 }>>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<
    Mutual<Ours.ParsedChatCompletionMessage<{ a: 1 }>, PeerChat.ParsedChatCompletionMessage<{ a: 1 }>>
  >().toEqualTypeOf<'mutual'>()
  expectTypeOf<Mutual<Ours.ParsedFunctionToolCall, PeerChat.ParsedFunctionToolCall>>().toEqualTypeOf<'mutual'>()
})

const client = null as unknown as OpenAI
const params = { model: 'm', messages: [] }

test('`stream` decides the type of the answer', () => {
  expectTypeOf(() => client.chat.completions.create(params)).returns.resolves.toExtend<Ours.ChatCompletion>()
  expectTypeOf(() => client.chat.completions.create({ ...params, stream: true })).returns.resolves.toExtend<
    AsyncIterable<Ours.ChatCompletionChunk>
  >()
  expectTypeOf(() => client.chat.completions.create(params).withResponse()).returns.resolves.toHaveProperty(
    'request_id',
  )
})

test('schemas give the types of what was parsed', () => {
  const response_format = zodResponseFormat(z.object({ city: z.string() }), 'city')
  expectTypeOf(() => client.chat.completions.parse({ ...params, response_format })).returns.resolves.toExtend<
    Ours.ParsedChatCompletion<{ city: string }>
  >()
  expectTypeOf(() =>
    client.chat.completions.stream({ ...params, response_format }).finalChatCompletion(),
  ).returns.resolves.toExtend<Ours.ParsedChatCompletion<{ city: string }>>()
  zodFunction({
    name: 'f',
    parameters: z.object({ city: z.string() }),
    function: (args) => expectTypeOf(args).toEqualTypeOf<{ city: string }>(),
  })
})

test('types hang below the class', () => {
  expectTypeOf<OpenAI.Chat.Completions.ChatCompletionChunk>().toEqualTypeOf<Ours.ChatCompletionChunk>()
  expectTypeOf<OpenAI.Chat.ChatCompletionMessageParam>().toEqualTypeOf<Ours.ChatCompletionMessageParam>()
  expectTypeOf<OpenAI.ParsedChatCompletion<string>>().toEqualTypeOf<Ours.ParsedChatCompletion<string>>()
})

test('the classes are types, and errors narrow', () => {
  expectTypeOf<AzureOpenAI>().toExtend<OpenAI>()
  const error: unknown = undefined
  if (error instanceof OpenAI.RateLimitError) expectTypeOf(error.status).toEqualTypeOf<429>()
  if (error instanceof OpenAI.APIError) expectTypeOf(error.requestID).toEqualTypeOf<string | null | undefined>()
})
