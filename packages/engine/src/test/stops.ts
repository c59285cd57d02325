// A worker that leaves at any moment of a run: the next one goes on, and no run fails.
import { setTimeout as sleep } from 'node:timers/promises'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import type { EngineClient } from '../client.ts'

const steps = 30
export const counter = agent({
  name: 'counter',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    return done < steps ? call('count', { done }, { id: `c${done}` }) : text('Counted.')
  }),
  maxSteps: steps + 1,
  cycleGuard: false,
  tools: [tool({ name: 'count', effects: 'idempotent', execute: () => 'counted' })],
})

/** How eight runs of `counter` end. `serve` starts a worker with it, always under the same name. */
export async function runsOverStops(
  runs: EngineClient,
  serve: () => Promise<{ stop(): Promise<void> }>,
): Promise<readonly string[]> {
  const all = Promise.all(
    Array.from({ length: 8 }, async (_, index) => await runs.run(counter, 'go', { runId: `run ${index}` })),
  )
  all.catch(() => {}) // awaited below
  for (let life = 0; life < 12; life++) {
    const worker = await serve()
    await sleep(20 + ((life * 7) % 60))
    await worker.stop()
  }
  const last = await serve()
  const ended = (await all).map(({ status }) => status)
  await last.stop()
  await runs.close()
  return ended
}
