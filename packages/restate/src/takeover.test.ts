// Many runs on two worker processes, one of which is killed, and on a server that is killed: none is lost.
import type { ApprovalRequest } from '@toolloop/core'
import type { ClientRunnable } from '@toolloop/engine'
import { checkTranscript } from '@toolloop/testing'
import type { Message } from '@toolloop/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { question } from '../../../examples/quickstart/src/explorer.ts'
import { contextOf, partIds } from './test/examples.ts'
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
  const kills = [
    ['a worker', 'clerk', killOne(0)],
    ['a worker', 'explorer', killOne(1)],
    ['a worker', 'review', killOne(0)],
    ['a worker', 'codeReview', killOne(1)],
    ['the server', 'clerk', killServer],
    ['the server', 'explorer', killServer],
    ['the server', 'review', killServer],
    ['the server', 'codeReview', killServer],
  ] as const
  it.each(kills)(
    'when %s is killed, all runs of %s end as in memory, and no effect is repeated',
    async (what, which, kill) => {
      const { runs, agents, effects } = around
      const runnable = agents[which] as ClientRunnable
      const [alone, requestsOfRun] = await inMemory(which)
      const before = effects().length
      const ids = Array.from({ length: count }, (_, index) => `${which} ${what} ${index}`)
      const options = { context: 'examples' }
      const begun = ids.map((runId) => runs.stream(runnable, inputs[which] as never, { ...options, runId }).result)
      for (const one of begun) one.catch(() => {}) // awaited below
      // Between the first request and two thirds of them, whatever the machine's speed.
      await around.requests(1 + Math.floor(Math.random() * count * requestsOfRun * 0.66))
      const killed = Date.now()
      await kill()
      await Promise.all(begun)
      const results = (await Promise.all(ids.map((runId) => finished(around, runnable, runId)))) as Ended[]
      const took = Date.now() - killed
      for (const index of dead.splice(0)) await both.replace(index)

      expect(results.map(({ status, output }) => [status, output])).toEqual(ids.map(() => ['done', alone.output]))
      for (const { messages } of results) if (messages) expect(checkTranscript(messages)).toBeUndefined()
      const own = effects().slice(before)
      expect(own.length).toBe(new Set(own).size)
      expect(own.length).toBe(count * effectsOfRun[which])
      const parted = await Promise.all(ids.map((runId) => aroundKill(runId, runnable, killed)))
      const inFlight = parted.filter(({ isInFlight }) => isInFlight).length
      const taken = parted.flatMap(({ resumedAfter }) => resumedAfter ?? [])
      expect(taken.length, 'runs that another attempt took over').toBeGreaterThan(0)
      console.log(`${what}, ${which}: ${count} done ${took} ms after the kill, ${inFlight} in flight; ${times(taken)}`)
    },
    120 * seconds,
  )

  const inputs = { clerk: 'go', explorer: question, review: ['x', 'y'], codeReview: partIds } as const
  const effectsOfRun = { clerk: 1, explorer: 0, review: 2, codeReview: 0 } as const

  interface Ended {
    readonly status: string
    readonly output: unknown
    readonly messages?: readonly Message[]
  }

  /** How a run ends without an engine, and how many requests it sends. */
  async function inMemory(which: keyof typeof inputs): Promise<[Ended, number]> {
    const before = around.requested()
    const run = around.agents[which].run as (input: unknown, options: unknown) => Promise<Ended>
    return [await run(inputs[which], { context: contextOf('examples') }), around.requested() - before]
  }

  /** Whether the run had begun and not ended, and milliseconds from the kill to its first fact in another attempt. */
  async function aroundKill(runId: string, runnable: ClientRunnable, killed: number) {
    let [first, last]: number[] = []
    let resumedAfter: number | undefined
    for await (const event of around.runs.attach(runnable, runId)) {
      if (!('seq' in event)) continue
      first ??= event.at
      last = event.at
      if (event.type === 'run.resume' && event.at >= killed) resumedAfter ??= event.at - killed
    }
    return { isInFlight: first! < killed && last! >= killed, resumedAfter }
  }

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
  return `${sorted.length} taken over after ${sorted[0]} to ${sorted.at(-1)} ms (half within ${sorted[sorted.length >> 1]} ms)`
}
