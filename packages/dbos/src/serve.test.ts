// How a worker begins, reports and leaves, and what its clients hear.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { channelOf } from './database.ts'
import { client, serve } from './index.ts'

const entered = Promise.withResolvers<void>()
const gate = Promise.withResolvers<string>()
const waiter = agent({
  name: 'waiter',
  model: scriptedModel((request) => (toolResults(request).length > 0 ? text('Done.') : call('wait', {}))),
  tools: [
    tool({
      name: 'wait',
      effects: 'none',
      execute: () => {
        entered.resolve()
        return gate.promise
      },
    }),
  ],
})
const talker = agent({ name: 'talker', model: scriptedModel(() => text('Hello.')) })

describe.skipIf(postgresMissing !== undefined)(`a worker of DBOS ${postgresMissing ?? ''}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } })
  }, 60_000)
  afterAll(() => postgres.stop())

  it('is one for its process, also when two begin together, and may be stopped twice', async () => {
    const database = postgres.url
    const [first, second] = await Promise.allSettled([serve([talker], { database }), serve([talker], { database })])
    expect(second).toMatchObject({ reason: { name: 'UsageError' } })
    if (first.status === 'rejected') throw first.reason
    const { stop } = first.value
    await expect(stop({ drain: -1 })).rejects.toThrow('`drain` is -1')
    await Promise.all([stop(), stop()])
    const next = await serve([talker], { database })
    await next.stop()
    await next.stop()
  }, 60_000)

  it('goes on with a run whose report throws', async () => {
    const database = postgres.url
    let isBroken = true
    const worker = await serve([talker], {
      database,
      pollInterval: 20,
      context: () => {
        if (!isBroken) return undefined
        isBroken = false
        throw new Error('The directory is away.')
      },
      log: () => {
        throw new Error('The disk is full.')
      },
    })
    const runs = client(database)
    expect(await runs.run(talker, 'go', { runId: 'reported' })).toMatchObject({ status: 'done' })
    await runs.close()
    await worker.stop()
  }, 60_000)

  it('has clients that ignore what other programs send to their channel', async () => {
    const database = postgres.url
    const worker = await serve([waiter], { database, pollInterval: 20 })
    const runs = client(database)
    const result = runs.run(waiter, 'go', { runId: 'disturbed' })
    await entered.promise
    const pool = new Pool({ connectionString: database })
    for (const payload of ['x 0 1 {', 'x 0 1 7', 'x 1 2 {}', 'anything'])
      await pool.query('SELECT pg_notify($1, $2)', [channelOf('toolloop', 'disturbed'), payload])
    await pool.end()
    gate.resolve('waited')
    expect(await result).toMatchObject({ status: 'done', output: 'Done.' })
    await runs.close()
    await worker.stop()
  }, 60_000)
})
