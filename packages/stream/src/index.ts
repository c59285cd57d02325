// Chunks → events and a completion.
export { CompletionBuilder } from './builder.ts'
export type { BuilderOptions } from './builder.ts'
export { accumulate, accumulateBatches, snapshotOf } from './accumulate.ts'
export type { ChunkSource } from './accumulate.ts'
export type { Limits } from './bounds.ts'
export type { CallIds } from './tool-calls.ts'
// A plain body → a completion.
export { normalizeCompletion } from './normalize.ts'
// What a completion tells beside its fields.
export { reasoningOf } from './choice.ts'
export { reportOf } from './report.ts'
export type { CompletionReport } from './report.ts'
// Events.
export type {
  ArgumentsDelta,
  ArgumentsDone,
  CallSealed,
  ChunkEvent,
  ContentDelta,
  ContentDone,
  CustomInputDelta,
  CustomInputDone,
  DeepPartial,
  StreamEvent,
} from './events.ts'
