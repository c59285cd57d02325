// A worker that leaves at any moment of a run: the next one goes on, and no run fails.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Restate, restateMissing, startRestate } from '../../../scripts/services/restate.ts'
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

describe.skipIf(restateMissing !== undefined)(`a worker that stops ${restateMissing ?? ''}`, () => {
  let restate: Restate
  beforeAll(async () => {
    restate = await startRestate()
  }, 60_000)
  afterAll(() => restate.stop())

  it('leaves its runs to the next one, at any moment', async () => {
    const first = await serve([counter], { port: 0, admin: restate.admin, maxRetryInterval: 100 })
    const port = Number(new URL(first.url).port)
    const runs = client(restate.ingress)
    const all = Promise.all(
      Array.from({ length: 8 }, async (_, index) => await runs.run(counter, 'go', { runId: `run ${index}` })),
    )
    all.catch(() => {}) // awaited below
    await sleep(20)
    await first.stop()
    for (let life = 0; life < 12; life++) {
      const worker = await serve([counter], { port, maxRetryInterval: 100 })
      await sleep(20 + ((life * 7) % 60))
      await worker.stop()
    }
    const last = await serve([counter], { port, maxRetryInterval: 100 })
    expect((await all).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'done'))
    await last.stop()
    await runs.close()
  }, 120_000)
})
