// A worker that stands still until Restate has given it up, and then goes on.
import { setTimeout as sleep } from 'node:timers/promises'
import { checkTranscript } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { finished, type Fleet, fleet, type Surroundings, surroundings } from './test/surroundings.ts'

const count = 24

describe.skipIf(restateMissing)(`a suspended worker${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  let around: Surroundings
  let both: Fleet
  beforeAll(async () => {
    vi.stubEnv('RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL', '500ms')
    vi.stubEnv('RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT', '500ms')
    around = await surroundings()
    both = await fleet(around.environment)
  }, 60_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await both?.[Symbol.asyncDispose]()
    await around?.[Symbol.asyncDispose]()
  })

  it('records nothing more, and repeats no unsafe call', async () => {
    const { runs, agents, effects } = around
    const ids = Array.from({ length: count }, (_, index) => `run ${index}`)
    const all = ids.map((runId) => runs.run(agents.clerk, 'go', { runId }))
    for (const one of all) one.catch(() => {}) // awaited below
    await around.requests(count)
    both.workers[0]!.suspend()
    while (effects().length < count / 2) await sleep(20)
    both.workers[0]!.resume()
    await Promise.all(all)
    const results = await Promise.all(ids.map((runId) => finished(around, agents.clerk, runId)))
    await sleep(500) // what the slow worker still does
    expect(results.map(({ status }) => status)).toEqual(ids.map(() => 'done'))
    for (const { messages } of results) expect(checkTranscript(messages)).toBeUndefined()
    expect(effects().toSorted()).toEqual([...new Set(effects())].toSorted())
    expect(effects()).toHaveLength(count)
    for (const runId of ids) {
      let next = 0
      for await (const event of runs.attach(agents.clerk, runId)) if ('seq' in event) expect(event.seq).toBe(next++)
    }
  }, 150_000)
})
