import { expect, it } from 'vitest'
import { counter, runsOverStops } from '../../engine/src/test/stops.ts'
import { postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, serve } from './index.ts'

it.skipIf(postgresMissing !== undefined)(
  `a worker that stops leaves its runs to the next one, at any moment, and no step ends as an error ${postgresMissing ?? ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const postgres = await startPostgres({ settings: { fsync: 'off' } })
    stack.defer(() => postgres.stop())
    const database = postgres.url
    const first = await serve([counter], { database }) // makes the tables
    await first.stop()
    const ended = await runsOverStops(client(database), () =>
      serve([counter], { database, executorId: 'worker', pollInterval: 10 }),
    )
    expect(ended).toEqual(ended.map(() => 'done'))
  },
  180_000,
)
