export type { Command, Start } from './command.ts'
export { type DrivenRunOptions, driveRun, type Entry, type Journal, RejectedRun } from './drive.ts'
export { type AnyRunnable, JournaledRun, type JournaledRunOptions } from './journaled-run.ts'
export { registryOf } from './registry.ts'
