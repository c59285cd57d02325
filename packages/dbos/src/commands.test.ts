import { expect, it } from 'vitest'
import { answering, commandsOverStops, overtaken, waiting } from '../../engine/src/test/commands-over-stops.ts'
import { postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, serve } from './index.ts'

it.skipIf(postgresMissing !== undefined)(
  `a command is accepted when the run has it, and rejected as ended otherwise, whenever its worker stops ${postgresMissing ?? ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const postgres = await startPostgres({ settings: { fsync: 'off' } })
    stack.defer(() => postgres.stop())
    const database = postgres.url
    const first = await serve([answering], { database }) // makes the tables
    await first.stop()
    const runs = client(database)
    stack.defer(() => runs.close())
    const sent = await commandsOverStops(runs, () =>
      serve([answering], { database, executorId: 'worker', pollInterval: 10 }),
    )
    expect(sent.filter(({ answer, isInFacts }) => isInFacts !== (answer === 'accepted'))).toEqual([])
    expect(new Set(sent.map(({ answer }) => answer))).toEqual(new Set(['accepted', 'ended']))
    const last = await serve([answering, waiting], { database, executorId: 'worker' })
    stack.defer(() => last.stop())
    expect(await overtaken(runs)).toMatchObject({ name: 'EngineError', problem: 'ended' })
  },
  180_000,
)
