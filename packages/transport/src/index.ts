// The client.
export { Transport } from './transport.ts'
export type {
  CompletionQuery,
  CompletionUpdate,
  PageQuery,
  PlainParams,
  StoredMessages,
  StreamingParams,
} from './transport.ts'
export { Page } from './response/page.ts'
export type { FetchPage } from './response/page.ts'
export type { ChunkStream } from './call/chunk-stream.ts'
export type {
  AzureOptions,
  Backoff,
  ClientOptions,
  HeaderOptions,
  Limits,
  Logger,
  QueryOptions,
  RequestOptions,
} from './request/options.ts'
export type { Timeouts } from './request/timeouts.ts'
export { rememberResponse, responseOf } from './response/info.ts'
export type { ResponseInfo, ResponseTiming } from './response/info.ts'
// A model for an agent.
export { chatModel } from './chat-model.ts'
export type { ChatModelOptions, CompletionClient, OpenAIClient, OwnClient } from './chat-model.ts'
export { adaptRequest, foreignMessage } from './request/adapt.ts'
export { profileFor, profiles } from './request/profiles.ts'
export type { ProfileName } from './request/profiles.ts'
// Errors.
export {
  APIConnectionError,
  APIError,
  APITimeoutError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors/classes.ts'
export type { Answer as AnswerOrigin, BadAnswer } from './errors/answer.ts'
export type { Redact } from './errors/redact.ts'
export type { APIErrorOptions, TimeoutKind } from './errors/classes.ts'
// The body of a streamed answer.
export { readChunks } from './response/chunks.ts'
export type { ReadChunksOptions } from './response/chunks.ts'
export type { SseOptions as SseDecoderOptions } from './response/sse.ts'
export { SseDecoder } from './response/sse.ts'
export type { SseListener, SseOptions } from './response/sse.ts'
