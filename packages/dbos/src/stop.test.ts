// A worker that leaves at any moment of a run: no step ends as an error of the engine.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, serve } from './index.ts'

const steps = 30
const counter = agent({
  name: 'counter',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    return done < steps ? call('count', { done }, { id: `c${done}` }) : text('Counted.')
  }),
  maxSteps: steps + 1,
  cycleGuard: false,
  tools: [tool({ name: 'count', effects: 'idempotent', execute: () => 'counted' })],
})

describe.skipIf(postgresMissing !== undefined)(`a worker that stops ${postgresMissing ?? ''}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } })
    const first = await serve([counter], { database: postgres.url }) // makes the tables
    await first.stop()
  }, 60_000)
  afterAll(() => postgres.stop())

  it('leaves its runs to the next one, at any moment', async () => {
    const runs = client(postgres.url)
    const all = Promise.all(
      Array.from({ length: 8 }, async (_, index) => await runs.run(counter, 'go', { runId: `run ${index}` })),
    )
    all.catch(() => {}) // awaited below
    for (let life = 0; life < 12; life++) {
      const worker = await serve([counter], { database: postgres.url, executorId: 'worker', pollInterval: 10 })
      await sleep(20 + ((life * 7) % 60))
      await worker.stop()
    }
    const last = await serve([counter], { database: postgres.url, executorId: 'worker' })
    expect((await all).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'done'))
    await last.stop()
    await runs.close()
  }, 120_000)
})
