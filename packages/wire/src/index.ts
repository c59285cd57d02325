// The conversation.
export type {
  AssistantMessage,
  AudioPart,
  CacheBreakpoint,
  ContentPart,
  CustomToolCall,
  DeveloperMessage,
  FilePart,
  FunctionCall,
  FunctionMessage,
  FunctionToolCall,
  ImagePart,
  Message,
  ReasoningDetail,
  RefusalPart,
  SystemMessage,
  TextPart,
  ToolCall,
  ToolMessage,
  UserMessage,
} from './messages.ts'
export { plainText } from './plain-text.ts'
// The request.
export type {
  AudioParams,
  CompletionParams,
  ModerationParams,
  PromptCacheOptions,
  StreamOptions,
  WebSearchOptions,
} from './params.ts'
export type {
  AllowedTools,
  CustomDefinition,
  FunctionDefinition,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from './tools.ts'
// The answer, whole and in pieces.
export type {
  Annotation,
  Choice,
  Completion,
  CompletionAudio,
  CompletionMessage,
  FinishReason,
  Logprobs,
  TokenLogprob,
  Usage,
} from './completion.ts'
export { announcesCalls, type Finish, finishOf } from './finish-reasons.ts'
export type { Chunk, ChunkChoice, Delta, ToolCallDelta } from './chunk.ts'
export type { CompletionDeleted, List, StoredMessage } from './stored.ts'
// A model, as an agent uses it.
export type { CallIdForm, ChatModel, ModelMemory, ModelOptions, ModelRequest, Price, Profile, Retry } from './model.ts'
// Values that never change.
export { deepFreeze, isDeepFrozen } from './frozen.ts'
// Options.
export {
  aFunction,
  aText,
  checkLimit,
  checkResultBound,
  checkOptionNames,
  checkOptions,
  milliseconds,
  oneOf,
  type OptionCheck,
  showOption,
  wholeNumber,
} from './options.ts'
// Time.
export { type Clock, sleep, systemClock } from './clock.ts'
// What every package throws.
export type { ErrorCode } from './errors.ts'
export { brand, LimitError, StreamError, ToolloopError, UsageError } from './errors.ts'
