// What the tests with worker processes share: Postgres, what is outside of it, workers.
import { outside, type Surroundings } from '../../../engine/src/test/surroundings.ts'
import { WorkerProcess } from '../../../engine/src/test/worker-process.ts'
import { type Postgres, startPostgres } from '../../../../scripts/services/postgres.ts'
import { client } from '../index.ts'

export interface OnDbos extends Surroundings {
  readonly postgres: Postgres
  /** Starts a worker with this executor id. Its lease is 1500 ms, unless `LEASE` is given. */
  readonly worker: (
    executor: string,
    more?: { readonly LEASE?: string; readonly DRAIN?: string; readonly SCHEMA?: string },
  ) => Promise<WorkerProcess>
}

export interface OnDbosOptions {
  /** Milliseconds between the chunks of an answer. */
  readonly delay?: number
  /** Whether Postgres syncs its disk. @default false */
  readonly fsync?: boolean
}

export async function onDbos({ delay, fsync = false }: OnDbosOptions = {}): Promise<OnDbos> {
  const [around, postgres] = await Promise.all([
    outside({ ...(delay !== undefined && { delay }) }),
    startPostgres({ settings: { fsync: fsync ? 'on' : 'off' } }),
  ])
  const runs = client(postgres.url)
  return {
    ...around,
    postgres,
    runs,
    worker: (EXECUTOR, more) =>
      WorkerProcess.start(new URL('worker.ts', import.meta.url), {
        ...around.environment,
        DATABASE: postgres.url,
        EXECUTOR,
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      await WorkerProcess.killAll()
      await runs.close()
      await postgres.stop()
      await around[Symbol.asyncDispose]()
    },
  }
}
