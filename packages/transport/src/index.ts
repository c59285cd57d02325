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
export { Page } from './page.ts'
export type { FetchPage } from './page.ts'
export type { ChunkStream } from './chunk-stream.ts'
export type {
  AzureOptions,
  Backoff,
  ClientOptions,
  HeaderOptions,
  Limits,
  Logger,
  QueryOptions,
  RequestOptions,
} from './options.ts'
export type { Timeouts } from './timeouts.ts'
export { rememberResponse, responseOf } from './response-info.ts'
export type { ResponseInfo, ResponseTiming } from './response-info.ts'
// A model for an agent.
export { chatModel } from './chat-model.ts'
export type { ChatModelOptions, CompletionClient, OpenAIClient, OwnClient } from './chat-model.ts'
export { adaptRequest } from './adapt-request.ts'
export { profileFor, profiles } from './profiles.ts'
export type { ProfileName } from './profiles.ts'
// What goes wrong.
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
} from './errors.ts'
export type { APIErrorOptions, TimeoutKind } from './errors.ts'
// The body of a streamed answer.
export { readChunks } from './read-chunks.ts'
export type { ReadChunksOptions } from './read-chunks.ts'
export { SseDecoder } from './sse.ts'
export type { SseListener, SseOptions } from './sse.ts'
