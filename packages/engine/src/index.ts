export type {
  ClientRunnable,
  EngineClient,
  EngineRunOptions,
  EngineStream,
  InputFor,
  ResultFor,
  RunStatus,
  WaitOptions,
} from './client.ts'
export type { Command, Start } from './command.ts'
export { type DrivenRunOptions, driveRun, type Entry, type Journal, RejectedRun } from './drive.ts'
export { type AnyRunnable, JournaledRun, type JournaledRunOptions } from './journaled-run.ts'
export { engineClient } from './engine-client.ts'
export { endedRun, EngineError, type EngineProblem, isOfDecisions, type Rejection } from './errors.ts'
export type { EngineLink, ProgressBatch, RunPage } from './link.ts'
export { type Distribute, partId } from './parts.ts'
export { registryOf, runnableFor } from './registry.ts'
