// A Postgres server, and two workers that need nothing but its address.
import { client } from '@toolloop/dbos'
import { postgresMissing, startPostgres } from '../../../../scripts/services/postgres.ts'
import type { EngineChoice } from './engine.ts'
import { startWorkers } from './worker-process.ts'

export const dbos: EngineChoice = {
  title: 'DBOS and Postgres',
  missing: postgresMissing,
  async start(environment) {
    await using stack = new AsyncDisposableStack()
    const server = await startPostgres()
    stack.defer(() => server.stop())
    const workers = await startWorkers('dbos-worker.ts', { ...environment, FLEET_DATABASE: server.url })
    for (const worker of workers) stack.defer(() => worker.kill())
    const runs = client(server.url)
    stack.defer(() => runs.close())
    const own = stack.move()
    return { workers, runs, [Symbol.asyncDispose]: () => own.disposeAsync() }
  },
}
