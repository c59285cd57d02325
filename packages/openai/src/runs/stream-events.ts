// The events of a streamed answer, under the peer's names.
import type { ChatCompletionChunk, ChatCompletionSnapshot, ChatCompletionTokenLogprob } from '../types/completion.ts'
import type { AbstractChatCompletionRunnerEvents } from './completion-runner.ts'

export interface ContentDeltaEvent {
  delta: string
  snapshot: string
  /** The JSON so far, valid until the next event; `undefined` where the answer is text. */
  parsed: unknown
}
export interface ContentDoneEvent<ParsedT = null> {
  content: string
  parsed: ParsedT | null
}
export interface RefusalDeltaEvent {
  delta: string
  snapshot: string
}
export interface RefusalDoneEvent {
  refusal: string
}
export interface FunctionToolCallArgumentsDeltaEvent {
  name: string
  index: number
  arguments: string
  /** The JSON so far, valid until the next event, of a strict tool. */
  parsed_arguments: unknown
  arguments_delta: string
}
export interface FunctionToolCallArgumentsDoneEvent {
  name: string
  index: number
  arguments: string
  parsed_arguments: unknown
}
export interface LogProbsContentDeltaEvent {
  content: ChatCompletionTokenLogprob[]
  snapshot: ChatCompletionTokenLogprob[]
}
export interface LogProbsContentDoneEvent {
  content: ChatCompletionTokenLogprob[]
}
export interface LogProbsRefusalDeltaEvent {
  refusal: ChatCompletionTokenLogprob[]
  snapshot: ChatCompletionTokenLogprob[]
}
export interface LogProbsRefusalDoneEvent {
  refusal: ChatCompletionTokenLogprob[]
}

export interface ChatCompletionStreamEvents<ParsedT = null> extends AbstractChatCompletionRunnerEvents {
  content: (contentDelta: string, contentSnapshot: string) => void
  chunk: (chunk: ChatCompletionChunk, snapshot: ChatCompletionSnapshot) => void
  'content.delta': (props: ContentDeltaEvent) => void
  'content.done': (props: ContentDoneEvent<ParsedT>) => void
  'refusal.delta': (props: RefusalDeltaEvent) => void
  'refusal.done': (props: RefusalDoneEvent) => void
  'tool_calls.function.arguments.delta': (props: FunctionToolCallArgumentsDeltaEvent) => void
  'tool_calls.function.arguments.done': (props: FunctionToolCallArgumentsDoneEvent) => void
  'logprobs.content.delta': (props: LogProbsContentDeltaEvent) => void
  'logprobs.content.done': (props: LogProbsContentDoneEvent) => void
  'logprobs.refusal.delta': (props: LogProbsRefusalDeltaEvent) => void
  'logprobs.refusal.done': (props: LogProbsRefusalDoneEvent) => void
}
