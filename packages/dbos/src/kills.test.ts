// Many runs on two worker processes, one of which is killed, and on a Postgres that is killed: none is lost.
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { count, endsAsInMemory } from '../../engine/src/test/kills.ts'
import { WorkerProcess } from '../../engine/src/test/worker-process.ts'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { type OnDbos, onDbos } from './test/surroundings.ts'

const minute = 60_000

describe.skipIf(postgresMissing !== undefined)(`on DBOS ${postgresMissing ?? ''}`, () => {
  let around: OnDbos
  let dbos: DBOSClient
  beforeAll(async () => {
    around = await onDbos({ fsync: true })
    dbos = await DBOSClient.create({ systemDatabaseUrl: around.postgres.url })
  }, minute)
  afterEach(() => WorkerProcess.killAll())
  afterAll(async () => {
    await dbos?.destroy()
    await around?.[Symbol.asyncDispose]()
  }, minute)

  const runsOf = async (executorId: string): Promise<string[]> =>
    (await dbos.listWorkflows({ status: 'PENDING', executorId, loadInput: false })).map((one) => one.workflowID)

  it(
    `when the busier of two workers is killed, ${count} runs of each kind end as in memory, and no effect is repeated`,
    async () => {
      const [one, two] = await Promise.all([around.worker('one'), around.worker('two')])
      let survivor = ''
      let left: readonly string[] = []
      const { takenAfter } = await endsAsInMemory(around, 'the busier worker', async () => {
        const [ofOne, ofTwo] = [await runsOf('one'), await runsOf('two')]
        const [victim, name] = ofOne.length > ofTwo.length ? [one, 'one'] : [two, 'two']
        survivor = name === 'one' ? 'two' : 'one'
        await victim.end('SIGKILL')
        left = await runsOf(name)
      })
      expect(left.length).toBeGreaterThan(0)
      const taken = await dbos.listWorkflows({ workflowIDs: [...left], loadOutput: false })
      expect(taken.map(({ executorId }) => executorId)).toEqual(left.map(() => survivor))
      expect(takenAfter.length).toBeGreaterThan(0)
    },
    5 * minute,
  )

  it(
    `when Postgres is killed, ${count} runs of each kind end as in memory, and no effect is repeated`,
    async () => {
      await Promise.all([around.worker('three'), around.worker('four')])
      const { postgres } = around
      const { inFlight } = await endsAsInMemory(around, 'Postgres', () =>
        postgres.kill().then(() => postgres.restart()),
      )
      expect(inFlight).toBeGreaterThan(0)
    },
    5 * minute,
  )
})
