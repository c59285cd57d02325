// Logs on disk, for Node.js; apart, because browsers have none.
export { fileCache, fileLog, fileStore, LogError, sqliteStore } from '@toolloop/store'
export type {
  FileLog,
  FileLogOptions,
  FileStore,
  LogErrorCode,
  LogOwner,
  Page,
  RunQuery,
  RunStatus,
  RunStore,
  RunSummary,
  SqliteStore,
  SqliteStoreOptions,
  Sync,
  TornLine,
} from '@toolloop/store'
