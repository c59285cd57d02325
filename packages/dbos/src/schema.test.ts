// Two applications in one database, with the same agents, run ids and names of workers.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { settled } from '../../engine/src/test/surroundings.ts'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { client } from './index.ts'
import { type OnDbos, onDbos } from './test/surroundings.ts'

const lease = 500

/** With its own schema: a worker and a client. */
async function application(around: OnDbos, schema: string) {
  const start = () => around.worker('one', { SCHEMA: schema, LEASE: String(lease) })
  return { ...around, start, worker: await start(), runs: client(around.postgres.url, { schema }) }
}

it.skipIf(postgresMissing !== undefined)(
  `two applications share a database, and no run, command or takeover ${postgresMissing ?? ''}`,
  async () => {
    await using around = await onDbos()
    const { clerk, careful, spread, walker } = around.agents
    const [shop, order] = await Promise.all(['shop', 'order'].map((name) => application(around, name)))
    const both = [shop!, order!] as const

    // The same run id, on the worker of each, also for parts and decisions.
    const outputs = await Promise.all(both.map((one) => settled(one, spread, ['a', 'b'], 'same')))
    expect(outputs.map((result) => result.status === 'done' && result.output)).toEqual(
      both.map(({ worker }) => ['a', 'b'].map((item) => `${item} in ${worker.line}: All is done.`)),
    )
    await Promise.all(both.map(({ runs }) => runs.run(careful, 'go', { runId: 'asks' })))
    await shop!.runs.abort('asks', 'Not in the shop.')
    expect(await shop!.runs.result(careful, 'asks')).toMatchObject({ status: 'aborted' })
    expect(await order!.runs.status('asks')).toMatchObject({ status: 'paused', requests: [{ name: 'act' }] })
    expect(await settled(order!, careful, 'go', 'asks')).toMatchObject({ status: 'done' })
    await shop!.runs.run(clerk, 'go', { runId: 'only here' })
    await expect(order!.runs.status('only here')).rejects.toMatchObject({ problem: 'unknown_run' })

    // A dead worker's run waits for a worker of its own application.
    const walking = shop!.runs.run(walker, 'walk', { runId: 'walk' })
    while (((await shop!.runs.status('walk').catch(() => undefined))?.facts ?? 0) < 3) await sleep(10)
    await shop!.worker.end('SIGKILL')
    const { facts } = await shop!.runs.status('walk')
    await sleep(4 * lease)
    expect(await shop!.runs.status('walk')).toMatchObject({ status: 'running', facts })
    await expect(order!.runs.status('walk')).rejects.toMatchObject({ problem: 'unknown_run' })
    await shop!.start()
    await shop!.runs.steer('walk', 'stop')
    expect(await walking).toMatchObject({ status: 'done', output: 'Stopped.' })
    await expect(client(around.postgres.url).run(clerk, 'go')).rejects.toThrow('in the schema `toolloop` of this')
    await Promise.all(both.map(({ runs }) => runs.close()))
  },
  180_000,
)

it.each(['Shop', 'pg_shop', '1shop', 'a"b', '', 'a'.repeat(51)])('a client rejects the schema %j', (schema) => {
  expect(() => client('postgresql://127.0.0.1/none', { schema })).toThrow('`schema` is')
})
