export { client, type ClientOptions } from './client.ts'
export type { ConnectionSettings, DatabaseOptions } from './database.ts'
export { serve, type Served, type ServeOptions } from './serve.ts'
export {
  type EngineClient,
  EngineError,
  type EngineProblem,
  type EngineRunOptions,
  type EngineStream,
  type RunStatus,
} from '@toolloop/engine'
