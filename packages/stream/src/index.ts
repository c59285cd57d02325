// Chunks → events and a completion.
export { CompletionBuilder } from './builder.ts'
export type { Answer, BuilderOptions } from './builder.ts'
export { accumulate, accumulateBatches, snapshotOf } from './accumulate.ts'
export type { ChunkSource } from './accumulate.ts'
export { checkAnswerLimits } from './bounds.ts'
export type { AnswerLimits } from './bounds.ts'
export type { CallIds } from './tool-calls.ts'
// A plain body → a completion.
export { normalizeCompletion } from './normalize.ts'
export { plainAnswer, type PlainAnswer } from './plain-answer.ts'
// What a completion tells beside its fields.
export { reasoningOf } from './choice.ts'
export { reportOf } from './report.ts'
export type { CompletionReport } from './report.ts'
// JSON in pieces.
export { PartialJson } from './partial-json.ts'
export type { PartialJsonOptions } from './partial-json.ts'
export type { JsonPath } from './json-path.ts'
export { JsonError } from './json-error.ts'
// Items of an array while it arrives.
export { elements } from './elements.ts'
export type { ElementsOptions } from './elements.ts'
// Events.
export type {
  AnyArgs,
  ArgumentsDelta,
  ArgumentsDeltaOf,
  ArgumentsDone,
  ArgumentsDoneOf,
  CallSealed,
  ChunkEvent,
  ContentDelta,
  ContentDone,
  CustomInputDelta,
  CustomInputDone,
  DeepPartial,
  StreamEvent,
} from './events.ts'
