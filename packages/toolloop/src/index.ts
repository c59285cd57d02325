// Agents and their runs.
export {
  agent,
  and,
  calls,
  image,
  isFact,
  memoryLog,
  not,
  or,
  outputOf,
  RunError,
  steps,
  ToolTimeout,
  user,
} from '@toolloop/core'
export type {
  Agent,
  AgentOptions,
  AgentParams,
  AnyAgent,
  AnyTool,
  ApprovalRequest,
  Decision,
  Ending,
  EventOf,
  Fact,
  FactOf,
  Input,
  MemoryLog,
  Outcome,
  PrepareStep,
  Progress,
  Result,
  RunArguments,
  RunEvent,
  RunLog,
  RunOptions,
  RunReport,
  RunState,
  RunStream,
  RunUsage,
  Step,
  StepChanges,
  StopCondition,
  ToolDone,
  ToolFailed,
  ToolStarted,
  ToolSucceeded,
} from '@toolloop/core'
// Tools and schemas.
export {
  customTool,
  diagnose,
  functionDefinition,
  OutputError,
  parseArguments,
  responseFormat,
  SchemaError,
  strictJsonSchema,
  tool,
  ToolInputError,
  toolResult,
  ToolRetry,
} from '@toolloop/schema'
export type { Effects, Finding, ResponseFormatOf, Tool, ToolContext, ToolOptions } from '@toolloop/schema'
// The client.
export { Client, CompletionStream, ContentFilterFinishReasonError, LengthFinishReasonError } from '@toolloop/client'
export type {
  AnswerOptions,
  CompletionEvent,
  Completions,
  ListenerError,
  ParsedChoice,
  ParsedCompletion,
  ParsedMessage,
  ParseParams,
  StreamParams,
  ToolParam,
} from '@toolloop/client'
export {
  APIConnectionError,
  APIError,
  APITimeoutError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  chatModel,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  responseOf,
  UnprocessableEntityError,
} from '@toolloop/transport'
export type { ChunkStream, ClientOptions, CompletionQuery, Page, RequestOptions } from '@toolloop/transport'
// Events over HTTP, to a browser and back.
export { readSse, sse, toResponse } from '@toolloop/client'
export type { ReadSseOptions, SseOptions, SseResponseOptions, TypedEvent } from '@toolloop/client'
// Streams of chunks.
export {
  accumulate,
  accumulateBatches,
  CompletionBuilder,
  elements,
  JsonError,
  normalizeCompletion,
  PartialJson,
  reasoningOf,
  reportOf,
  snapshotOf,
} from '@toolloop/stream'
export type {
  Answer,
  AnswerLimits,
  BuilderOptions,
  CompletionReport,
  DeepPartial,
  JsonPath,
  StreamEvent,
} from '@toolloop/stream'
// The wire.
export { finishOf, LimitError, StreamError, ToolloopError, UsageError } from '@toolloop/wire'
export type {
  AssistantMessage,
  ChatModel,
  Chunk,
  Completion,
  CompletionParams,
  ContentPart,
  Message,
  ModelRequest,
  Profile,
  ToolCall,
  ToolChoice,
  Usage,
} from '@toolloop/wire'
