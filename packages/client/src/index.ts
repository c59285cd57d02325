// The client.
export { Client, defaultClient } from './client.ts'
export type { Chat } from './client.ts'
export type { AnswerOptions, Completions } from './completions.ts'
// Parsed answers.
export type {
  ArgsOf,
  ParsedCallOf,
  ParsedChoice,
  ParsedCompletion,
  ParsedFunctionCall,
  ParsedMessage,
  ParseParams,
  StreamParams,
  ToolParam,
} from './parsed.ts'
// Streamed answers.
export { CompletionStream } from './completion-stream.ts'
export type { CompletionEvent, StreamedAnswer } from './completion-stream.ts'
export { LazyEvents } from './lazy-events.ts'
export type { EventSource } from './lazy-events.ts'
export type { HandleWords, Listener, ListenerError, SourceFailure } from './listeners.ts'
// Events over HTTP, to a browser and back.
export { safeError, sse, toResponse } from './sse.ts'
export type { SseOptions, SseResponseOptions, TypedEvent } from './sse.ts'
export { errorResponse, statusOf, toStartedResponse } from './started-response.ts'
export type { StartedResponseOptions } from './started-response.ts'
export { readSse } from './read-sse.ts'
export type { ReadSseOptions, SseBody } from './read-sse.ts'
// Errors.
export { ContentFilterFinishReasonError, LengthFinishReasonError } from './errors.ts'
