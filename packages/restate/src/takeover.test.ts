// Many runs on two worker processes, one of which is killed, and on a server that is killed: none is lost.
import type { ApprovalRequest } from '@toolloop/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, endsAsInMemory, kinds } from '../../engine/src/test/kills.ts'
import { finished } from '../../engine/src/test/surroundings.ts'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { type Fleet, fleet, type OnRestate, onRestate } from './test/surroundings.ts'

const seconds = 1000

describe.skipIf(restateMissing)(`on Restate${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  let around: OnRestate
  let both: Fleet
  beforeAll(async () => {
    around = await onRestate()
    both = await fleet(around)
  }, 60 * seconds)
  afterAll(async () => {
    await both?.[Symbol.asyncDispose]()
    await around?.[Symbol.asyncDispose]()
  }, 60 * seconds)

  // Restate keeps its connections: after the first worker died, all lead to the other one.
  let victim = 1
  const kills = [
    ['a worker', () => both.workers[(victim = 1 - victim)]!.end('SIGKILL')],
    ['the server', () => around.restate.kill().then(() => around.restate.restart())],
  ] as const
  // One kind after the other: a server that starts again with hundreds of runs keeps clients waiting.
  it.each(kills.flatMap(([what, kill]) => kinds.map((kind) => [what, kind, kill] as const)))(
    `when %s is killed, ${count} runs of %s end as in memory, and no effect is repeated`,
    async (what, kind, kill) => {
      const { takenAfter } = await endsAsInMemory(around, what, kill, [kind])
      expect(takenAfter.length, 'runs that another attempt took over').toBeGreaterThan(0)
      if (what === 'a worker') await both.replace(victim)
    },
    240 * seconds,
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
          await both.workers[0]!.end('SIGKILL')
        }
        await begun
        const result = await finished(around, agents.spread, runId)
        expect(result).toMatchObject({
          status: 'done',
          output: items.map((item) => expect.stringMatching(new RegExp(`^${item} in \\d+: All is done.$`)) as unknown),
        })
        const own = effects().slice(before)
        expect(own.length).toBe(new Set(own).size)
        expect(own.length).toBe(items.length)
        if (result.status === 'done') for (const line of result.output) pids.add(/ in (\d+):/.exec(line)![1]!)
        if (isKilled) await both.replace(0)
      }
      // Which worker gets an item is Restate's choice, by connection.
      console.log(`items ran in ${pids.size} processes`)
    },
    60 * seconds,
  )

  it(
    'keeps a run that waits for an approval over the restart of every process',
    async () => {
      const { runs, agents, effects, restate } = around
      const before = effects().length
      const paused = await runs.run(agents.careful, 'go', { runId: 'careful' })
      expect(paused.status).toBe('approval')
      await Promise.all(both.workers.map((worker) => worker.end('SIGKILL')))
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
