// Chat completions under the names of the `openai` package.
// The client.
export { OpenAI, OpenAI as default } from '@toolloop/openai'
export type { Chat } from '@toolloop/openai'
export { AzureOpenAI } from '@toolloop/openai'
export type { AzureClientOptions } from '@toolloop/openai'
export type { ApiKeySetter, ClientOptions, Fetch, Logger, LogLevel } from '@toolloop/openai'
export type { FetchOptions, HeadersLike, RequestOptions } from '@toolloop/openai'
export { Completions, Messages } from '@toolloop/openai'
// Answers.
export { APIPromise } from '@toolloop/openai'
export type { APIResponse, WithRequestID } from '@toolloop/openai'
export { CursorPage, PagePromise } from '@toolloop/openai'
export { Stream } from '@toolloop/openai'
// Streams and runs with events.
export { ChatCompletionStream } from '@toolloop/openai'
export { ChatCompletionRunner } from '@toolloop/openai'
export type { ChatCompletionRunnerEvents } from '@toolloop/openai'
export { ChatCompletionStreamingRunner } from '@toolloop/openai'
export type { AbstractChatCompletionRunnerEvents, RunnerOptions } from '@toolloop/openai'
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
} from '@toolloop/openai'
export { ParsingToolFunction } from '@toolloop/openai'
export type {
  ChatCompletionStreamingToolRunnerParams,
  ChatCompletionToolRunnerParams,
  RunnableFunctionWithoutParse,
  RunnableFunctionWithParse,
  RunnableToolFunction,
  RunnableTools,
} from '@toolloop/openai'
// What goes wrong.
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
} from '@toolloop/openai'
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
} from '@toolloop/openai'
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
} from '@toolloop/openai'
export type { ChatCompletionSnapshot } from '@toolloop/openai'
export type { AutoParseableResponseFormat, AutoParseableTool, ExtractParsedContentFromParams } from '@toolloop/openai'
