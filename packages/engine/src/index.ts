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
export type { Command, Rejection, Start } from './command.ts'
export { type DrivenRunOptions, driveRun, type Entry, type Journal, RejectedRun } from './drive.ts'
export { type AnyRunnable, JournaledRun, type JournaledRunOptions } from './journaled-run.ts'
export type { EngineLink, RunPage } from './link.ts'
export { type Distribute, partId } from './parts.ts'
export { registryOf } from './registry.ts'
