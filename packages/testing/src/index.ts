// Replies: what a scripted model answers.
export { call, calls, chunks, completion, failure, reply, text } from './reply.ts'
export type {
  AnswerParts,
  AnswerReply,
  CallParts,
  ChunksReply,
  CompletionReply,
  Delivery,
  FailureReply,
  Reply,
  ReplyOptions,
} from './reply.ts'
export { chunksOf, type SplitOptions } from './chunks.ts'
// Scripts: which request gets which reply.
export {
  when,
  type ConditionalStep,
  type Script,
  type ScriptOptions,
  type ScriptRequest,
  type Step,
  type StepFunction,
} from './script.ts'
export { lastText, toolResults, type ToolResult } from './request-reading.ts'
// Players of a script: a model in process, a server over HTTP, a server as strict as the API.
export { scriptedModel, type ScriptedModel, type ScriptedModelOptions } from './scripted-model.ts'
export {
  scriptedServer,
  strictServer,
  type ScriptedServer,
  type ScriptedServerOptions,
  type StrictServerOptions,
  type SeenRequest,
} from './scripted-server.ts'
// Checks: what the API rejects.
export { checkRequest, checkTranscript } from './strict.ts'
export { errorBody, ScriptedFailure, type ApiError } from './api-error.ts'
// Faults: what fails between server and client.
export { fault, type Fault, type Faults, type Faulty } from './fault.ts'
// Real HTTP, recorded once.
export { cassette, type Cassette, type CassetteOptions } from './cassette.ts'
// What a log of a run, and a store of runs, must keep.
export type { CheckedLog } from './checked-log.ts'
export { checkRunLog, type LogCase, type LogSurroundings } from './log-check.ts'
export type { LoggedFact } from './log-facts.ts'
export { checkRunStore, type StoreSurroundings } from './store-check.ts'
export type { CheckedQuery, CheckedStore, CheckedSummary } from './checked-store.ts'
// Time.
export { virtualClock, type VirtualClock } from './virtual-clock.ts'
