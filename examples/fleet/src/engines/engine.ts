// What the demo needs of an engine: two workers as processes, and a client. Both packages have the same client.
import type { EngineClient } from '@toolloop/restate'
import type { WorkerProcess } from './worker-process.ts'

export interface Engine extends AsyncDisposable {
  readonly workers: readonly [WorkerProcess, WorkerProcess]
  readonly runs: EngineClient
}

export interface EngineChoice {
  readonly title: string
  /** Fetches its server where it must. Resolves with why it cannot be started here, and what helps, or with `undefined`. */
  readonly missing: () => Promise<string | undefined>
  /** Starts the engine and two workers, which get the environment. */
  readonly start: (environment: Readonly<Record<string, string>>) => Promise<Engine>
}
