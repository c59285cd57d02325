// What is written for `openai` compiles here: its messages, parameters and answers are ours.
import type { Chunk, Completion, CompletionParams, Message, ToolCall, ToolChoice, ToolDefinition } from '@toolloop/wire'
import type OpenAI from 'openai'
import type { AzureOpenAI } from 'openai'
import { expectTypeOf, test } from 'vitest'
import { chatModel, type ChunkStream, Transport } from './index.ts'

test("openai's request types are assignable to ours", () => {
  expectTypeOf<OpenAI.ChatCompletionMessageParam>().toExtend<Message>()
  expectTypeOf<OpenAI.ChatCompletionCreateParams>().toExtend<CompletionParams>()
  expectTypeOf<OpenAI.ChatCompletionTool>().toExtend<ToolDefinition>()
  expectTypeOf<OpenAI.ChatCompletionToolChoiceOption>().toExtend<ToolChoice>()
  // Every parameter, one by one: an unknown one would be lost in a spread.
  expectTypeOf<keyof OpenAI.ChatCompletionCreateParams>().toExtend<keyof CompletionParams>()
})

test("openai's answers are assignable to ours", () => {
  expectTypeOf<OpenAI.ChatCompletion>().toExtend<Completion>()
  expectTypeOf<OpenAI.ChatCompletionChunk>().toExtend<Chunk>()
  expectTypeOf<OpenAI.ChatCompletionMessageToolCall>().toExtend<ToolCall>()
  expectTypeOf<OpenAI.ChatCompletionMessage>().toExtend<Message>()
})

test('an answer is a valid message of the next request', () => {
  expectTypeOf<Completion['choices'][number]['message']>().toExtend<Message>()
})

test('an openai instance makes a chat model', () => {
  expectTypeOf(chatModel).toBeCallableWith({} as OpenAI, 'gpt-5.1')
  expectTypeOf(chatModel).toBeCallableWith({} as AzureOpenAI, 'gpt-5.1')
  expectTypeOf(chatModel).toBeCallableWith({} as Transport, 'gpt-5.1')
})

test('`stream` decides the type of the answer', () => {
  const client = new Transport()
  const params = { model: 'm', messages: [] }
  expectTypeOf(() => client.create(params)).returns.resolves.toEqualTypeOf<Completion>()
  expectTypeOf(() => client.create({ ...params, stream: true })).returns.resolves.toEqualTypeOf<ChunkStream>()
  expectTypeOf(() => client.create({ ...params, stream: false })).returns.resolves.toEqualTypeOf<Completion>()
  expectTypeOf(() => client.create(params as CompletionParams)).returns.resolves.toEqualTypeOf<
    Completion | ChunkStream
  >()
})
