// A Postgres server, and two workers that need nothing but its address.
import { client } from '@toolloop/dbos'
import { startPostgres } from '../../../../scripts/services/postgres.ts'
import { findPrograms } from '../../../../scripts/services/postgres-programs.ts'
import type { EngineChoice } from './engine.ts'
import { startWorkers } from './worker-process.ts'

export const dbos: EngineChoice = {
  title: 'DBOS and Postgres',
  missing: async () => (await findPrograms()).missing,
  async start(environment) {
    await using stack = new AsyncDisposableStack()
    const found = await findPrograms()
    if (found.missing !== undefined) throw new Error(found.missing)
    const server = await startPostgres({ programs: found.folder })
    stack.defer(() => server.stop())
    const workers = await startWorkers('dbos-worker.ts', { ...environment, FLEET_DATABASE: server.url })
    for (const worker of workers) stack.defer(() => worker.kill())
    const runs = client(server.url)
    stack.defer(() => runs.close())
    const own = stack.move()
    return { workers, runs, [Symbol.asyncDispose]: () => own.disposeAsync() }
  },
}
