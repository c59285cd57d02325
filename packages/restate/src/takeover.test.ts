// Many runs on two worker processes, one of which is killed, and on a server that is killed: none is lost.
import type { ApprovalRequest } from '@toolloop/core'
import { checkTranscript } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { finished, type Fleet, fleet, type Surroundings, surroundings } from './test/surroundings.ts'

const count = Number(process.env['TOOLLOOP_ENGINE_RUNS'] ?? 50)
const seconds = 1000

describe.skipIf(restateMissing)(`on Restate${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  let around: Surroundings
  let both: Fleet
  beforeAll(async () => {
    around = await surroundings()
    both = await fleet(around.environment)
  }, 60 * seconds)
  afterAll(async () => {
    await both?.[Symbol.asyncDispose]()
    await around?.[Symbol.asyncDispose]()
  })

  // Restate keeps its connections: after the first one died, all lead to the other one.
  const killOne = (index: number) => async (): Promise<void> => {
    await both.workers[index]!.kill()
    dead.push(index)
  }
  const dead: number[] = []
  const killServer = async (): Promise<void> => {
    await around.restate.kill()
    await around.restate.restart()
  }
  const series: readonly [string, 'clerk' | 'review', () => Promise<void>][] = [
    ['a worker is killed: an agent', 'clerk', killOne(0)],
    ['a worker is killed: a pipeline', 'review', killOne(1)],
    ['the server is killed: an agent', 'clerk', killServer],
    ['the server is killed: a pipeline', 'review', killServer],
  ]
  it.each(series)(
    'loses no run and repeats no effect when %s',
    async (name, which, kill) => {
      const { runs, agents, effects } = around
      const before = effects().length
      const ids = Array.from({ length: count }, (_, index) => `${which} ${name.length} ${index}`)
      const input = which === 'clerk' ? 'go' : ['x', 'y']
      const begun = ids.map((runId) => runs.stream(agents[which], input as never, { runId }).result)
      for (const one of begun) one.catch(() => {}) // awaited below
      // Between the first request and the last but a few, whatever the machine's speed.
      await around.requests(1 + Math.floor(Math.random() * count * (which === 'clerk' ? 2 : 6)))
      const killed = Date.now()
      await kill()
      await Promise.all(begun)
      const results = await Promise.all(ids.map((runId) => finished(around, agents[which], runId)))
      const took = Date.now() - killed
      for (const index of dead.splice(0)) await both.replace(index)

      expect(results.map(({ status }) => status)).toEqual(ids.map(() => 'done'))
      for (const result of results) if ('messages' in result) expect(checkTranscript(result.messages)).toBeUndefined()
      const own = effects().slice(before)
      expect(own.length).toBe(new Set(own).size)
      expect(own.length).toBe(which === 'clerk' ? count : count * 2)
      const taken = (await Promise.all(ids.map((runId) => resumedAfter(runId, which, killed)))).filter((ms) => ms > 0)
      console.log(`${name}: ${count} of ${count} done ${took} ms after the kill; taken over: ${times(taken)}`)
    },
    120 * seconds,
  )

  it(
    'runs each item of one map as a run of its own, each effect once, also when a worker is killed',
    async () => {
      const { runs, agents, effects } = around
      const pids = new Set<string>()
      for (const isKilled of [false, true]) {
        const before = effects().length
        const runId = `spread ${isKilled}`
        const items = ['a', 'b', 'c', 'd', 'e', 'f']
        const begun = runs.run(agents.spread, items, { runId })
        if (isKilled) {
          await around.requests(4)
          await both.workers[0]!.kill()
        }
        await begun
        const result = await finished(around, agents.spread, runId)
        expect(result).toMatchObject({ status: 'done', output: items.map(() => 'All is done.') })
        const own = effects().slice(before)
        expect(own.length).toBe(new Set(own).size)
        expect(own.length).toBe(items.length)
        for (const [path, { output }] of Object.entries(result.stages))
          if (path.endsWith('/stage-1')) pids.add(String(output).split(' of ')[1]!)
        if (isKilled) await both.replace(0)
      }
      // Which worker gets an item is Restate's choice, by connection.
      console.log(`items ran in ${pids.size} processes`)
    },
    60 * seconds,
  )

  /** Milliseconds from the kill to the first fact in another attempt; 0 for a run that was not interrupted. */
  async function resumedAfter(runId: string, which: 'clerk' | 'review', killed: number): Promise<number> {
    for await (const event of around.runs.attach(around.agents[which], runId))
      if (event.type === 'run.resume' && event.at >= killed) return event.at - killed
    return 0
  }

  it(
    'keeps a run that waits for an approval over the restart of every process',
    async () => {
      const { runs, agents, effects, restate } = around
      const before = effects().length
      const paused = await runs.run(agents.careful, 'go', { runId: 'careful' })
      expect(paused.status).toBe('approval')
      await Promise.all(both.workers.map((worker) => worker.kill()))
      await restate.kill()
      await restate.restart()
      await Promise.all([both.replace(0), both.replace(1)])
      const { requests } = paused as { requests: readonly ApprovalRequest[] }
      const decisions = { [requests[0]!.id]: { approve: true } } as const
      // Two clients decide at once: one of them is too late.
      const decided = await Promise.allSettled([runs.decide('careful', decisions), runs.decide('careful', decisions)])
      expect(decided.map(({ status }) => status).toSorted((a, b) => a.localeCompare(b))).toEqual([
        'fulfilled',
        'rejected',
      ])
      expect(await runs.result(agents.careful, 'careful')).toMatchObject({ status: 'done', output: 'All is done.' })
      expect(effects().slice(before)).toEqual(['careful/1/a1'])
    },
    60 * seconds,
  )

  it('sent the model only requests that the API accepts', () => {
    expect(around.assertValid).not.toThrow()
  })
})

function times(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b)
  if (sorted.length === 0) return 'none'
  return `${sorted.length} runs, after ${sorted[0]} to ${sorted.at(-1)} ms (half within ${sorted[sorted.length >> 1]} ms)`
}
