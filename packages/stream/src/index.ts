// Chunks → events and a completion.
export { CompletionBuilder } from './completion/builder.ts'
export type { Answer, BuilderOptions } from './completion/builder.ts'
export { accumulate, accumulateBatches, snapshotOf } from './accumulate.ts'
export type { ChunkSource } from './accumulate.ts'
export { checkAnswerLimits } from './limits/bounds.ts'
export type { AnswerLimits } from './limits/bounds.ts'
export type { CallIds } from './calls/calls.ts'
// A plain body → a completion.
export { normalizeCompletion } from './completion/normalize.ts'
export { plainAnswer, type PlainAnswer } from './completion/plain-answer.ts'
// Reasoning, and the report of a completion.
export { reasoningOf } from './completion/reasoning.ts'
export { reportOf } from './completion/report.ts'
export type { CompletionReport } from './completion/report.ts'
// JSON in pieces.
export { PartialJson } from './json/partial.ts'
export type { PartialJsonOptions } from './json/partial.ts'
export type { JsonPath } from './json/path.ts'
export type { DeepPartial } from './json/deep-partial.ts'
export { JsonError } from './json/error.ts'
// Items of an array while it arrives.
export { elements } from './events/elements.ts'
export type { ElementsOptions } from './events/elements.ts'
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
  StreamEvent,
} from './events/event.ts'
