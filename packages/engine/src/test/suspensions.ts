// A worker that stands still until the engine has given it up, and then goes on.
import { setTimeout as sleep } from 'node:timers/promises'
import { checkTranscript } from '@toolloop/testing'
import { expect } from 'vitest'
import { finished, type Surroundings } from './surroundings.ts'
import type { WorkerProcess } from './worker-process.ts'

const count = 24

/** `others`: starts the workers that take the runs over, where they do not serve yet. */
export async function survivesSuspension(
  around: Surroundings,
  slow: WorkerProcess,
  others: () => Promise<unknown> = async () => {},
): Promise<void> {
  const { runs, agents, effects } = around
  const ids = Array.from({ length: count }, (_, index) => `run ${index}`)
  const all = ids.map(async (runId) => {
    await runs.run(agents.clerk, 'go', { runId })
    return await finished(around, agents.clerk, runId)
  })
  for (const one of all) one.catch(() => {}) // awaited below
  await around.requests(count)
  slow.suspend()
  await others()
  // More than the other workers have of their own.
  while (effects().length < count * 0.8) await sleep(20)
  slow.resume()
  const results = await Promise.all(all)
  await sleep(500) // what the slow worker still does
  expect(results.map(({ status }) => status)).toEqual(ids.map(() => 'done'))
  for (const { messages } of results) expect(checkTranscript(messages)).toBeUndefined()
  expect(effects().toSorted()).toEqual([...new Set(effects())].toSorted())
  expect(effects()).toHaveLength(count)
  for (const runId of ids) {
    let next = 0
    for await (const event of runs.attach(agents.clerk, runId)) if ('seq' in event) expect(event.seq).toBe(next++)
  }
}
