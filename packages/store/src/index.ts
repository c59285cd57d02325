// Conversations of several runs.
export {
  folderSessions,
  memorySessions,
  sessionStore,
  type SessionStoreOptions,
  type SqliteSessions,
  sqliteSessions,
} from './session/session-store.ts'
export type {
  FollowOptions,
  Session,
  SessionForkOptions,
  SessionPipeline,
  SessionPipelineArguments,
  SessionRunArguments,
  SessionRunOptions,
  SessionStatus,
  SessionStore,
  SessionSummary,
  Turn,
} from './session/session-types.ts'
export { SessionError, type SessionErrorCode, type SessionErrorDetails } from './session/session-error.ts'
// One run in a file.
export { fileLog, type FileLog, type FileLogOptions, type TornLine } from './log/file-log.ts'
export type { Sync } from './log/durability.ts'
// Many runs.
export { type FileStore, fileStore } from './log/file-store.ts'
export { memoryStore } from './log/memory-store.ts'
export { type SqliteStore, sqliteStore, type SqliteStoreOptions } from './log/sqlite-store.ts'
export type { Page, RunQuery, RunStatus, RunStore, RunSummary } from './log/run-store.ts'
// Answers of models.
export { fileCache } from './log/file-cache.ts'
export { fileResults } from './log/file-results.ts'
// Errors.
export { LogError, type LogErrorCode } from './log/log-error.ts'
export type { LogOwner } from './log/owner.ts'
