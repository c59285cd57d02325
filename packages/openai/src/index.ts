// The client.
export { OpenAI, OpenAI as default } from './openai.ts'
export type { Chat } from './openai.ts'
export { AzureOpenAI } from './azure.ts'
export type { AzureClientOptions } from './azure.ts'
export type { ApiKeySetter, ClientOptions, Fetch, Logger, LogLevel } from './http/client-options.ts'
export type { FetchOptions, HeadersLike, RequestOptions } from './http/request-options.ts'
export { Completions } from './completions.ts'
export { Messages } from './messages.ts'
// Answers.
export { APIPromise } from './http/api-promise.ts'
export type { APIResponse, WithRequestID } from './http/api-promise.ts'
export { CursorPage, PagePromise } from './http/pages.ts'
export { Stream } from './http/stream.ts'
// Streams and runs that emit events.
export { ChatCompletionStream } from './runs/chat-completion-stream.ts'
export { ChatCompletionRunner } from './runs/chat-completion-runner.ts'
export type { ChatCompletionRunnerEvents } from './runs/chat-completion-runner.ts'
export { ChatCompletionStreamingRunner } from './runs/streaming-runner.ts'
export type { AbstractChatCompletionRunnerEvents, RunnerOptions } from './runs/completion-runner.ts'
export type {
  ChatCompletionStreamEvents,
  ContentDeltaEvent,
  ContentDoneEvent,
  FunctionToolCallArgumentsDeltaEvent,
  FunctionToolCallArgumentsDoneEvent,
  LogProbsContentDeltaEvent,
  LogProbsContentDoneEvent,
  LogProbsRefusalDeltaEvent,
  LogProbsRefusalDoneEvent,
  RefusalDeltaEvent,
  RefusalDoneEvent,
} from './runs/stream-events.ts'
export { ParsingToolFunction } from './runs/runnable-tools.ts'
export type {
  ChatCompletionStreamingToolRunnerParams,
  ChatCompletionToolRunnerParams,
  RunnableFunctionWithoutParse,
  RunnableFunctionWithParse,
  RunnableToolFunction,
  RunnableTools,
} from './runs/runnable-tools.ts'
// Errors.
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ContentFilterFinishReasonError,
  InternalServerError,
  LengthFinishReasonError,
  NotFoundError,
  OpenAIError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors/errors.ts'
// Types by name.
export type {
  ChatCompletionAllowedToolChoice,
  ChatCompletionAllowedTools,
  ChatCompletionAssistantMessageParam,
  ChatCompletionAudioParam,
  ChatCompletionContentPart,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartInputAudio,
  ChatCompletionContentPartRefusal,
  ChatCompletionContentPartText,
  ChatCompletionCreateParams,
  ChatCompletionCreateParamsBase,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionCustomTool,
  ChatCompletionDeveloperMessageParam,
  ChatCompletionFunctionCallOption,
  ChatCompletionFunctionMessageParam,
  ChatCompletionFunctionTool,
  ChatCompletionListParams,
  ChatCompletionMessageCustomToolCall,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
  ChatCompletionModality,
  ChatCompletionNamedToolChoice,
  ChatCompletionNamedToolChoiceCustom,
  ChatCompletionParseParams,
  ChatCompletionPredictionContent,
  ChatCompletionReasoningEffort,
  ChatCompletionRole,
  ChatCompletionStreamOptions,
  ChatCompletionStreamParams,
  ChatCompletionSystemMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
  ChatCompletionToolMessageParam,
  ChatCompletionUpdateParams,
  ChatCompletionUserMessageParam,
  ChatModel,
  CursorPageParams,
  FunctionDefinition,
  FunctionParameters,
  MessageListParams,
  Metadata,
  ReasoningEffort,
  ResponseFormatJSONObject,
  ResponseFormatJSONSchema,
  ResponseFormatText,
} from './types/chat.ts'
export type {
  ChatCompletion,
  ChatCompletionAudio,
  ChatCompletionChunk,
  ChatCompletionDeleted,
  ChatCompletionMessage,
  ChatCompletionStoreMessage,
  ChatCompletionTokenLogprob,
  CompletionUsage,
  ParsedChatCompletion,
  ParsedChatCompletionMessage,
  ParsedChatCompletionMessageToolCall,
  ParsedChoice,
  ParsedFunction,
  ParsedFunctionToolCall,
} from './types/completion.ts'
export type { ChatCompletionSnapshot } from './types/completion.ts'
export type { AutoParseableResponseFormat, AutoParseableTool, ExtractParsedContentFromParams } from './types/parsing.ts'
