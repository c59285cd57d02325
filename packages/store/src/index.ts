// One run in a file.
export { fileLog, type FileLog, type FileLogOptions, type TornLine } from './file-log.ts'
export type { Sync } from './durability.ts'
// Many runs.
export { type FileStore, fileStore } from './file-store.ts'
export { type SqliteStore, sqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
export type { Page, RunQuery, RunStatus, RunStore, RunSummary } from './run-store.ts'
// Answers of models.
export { fileCache } from './file-cache.ts'
// Errors.
export { LogError, type LogErrorCode } from './log-error.ts'
export type { LogOwner } from './owner.ts'
