export { client, type ClientOptions } from './client.ts'
export { serve, type ServeOptions, type Served } from './serve.ts'
export {
  type EngineClient,
  EngineError,
  type EngineProblem,
  type EngineRunOptions,
  type EngineStream,
  type RunStatus,
} from '@toolloop/engine'
