// Parts that cannot be started, cannot be stored, fail, or never begin.
import { agent, type Fact, memoryLog, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { map, pipe, type PipelineResult } from '@toolloop/pipeline'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import type { AnyRunnable, Start } from './index.ts'
import { MemoryEngine } from './test/memory-engine.ts'

const resultFor = async (runnable: AnyRunnable, facts: readonly Fact[]): Promise<Result | PipelineResult<unknown>> =>
  (await runnableBehind(runnable).resultOf(facts)) as Result
const startOf = (runnable: AnyRunnable, input: unknown): Start => ({ agent: runnableBehind(runnable).name, input })

/** The result on an engine, and that of one process. */
async function both(runnable: AnyRunnable, input: unknown) {
  const own = runnable as unknown as { run(input: unknown, options: object): Promise<Result> }
  const alone = await own.run(input, { log: memoryLog(), runId: 'r' })
  const facts = await new MemoryEngine([runnable]).run('r', startOf(runnable, input))
  return [await resultFor(runnable, facts), alone].map((result) => ({
    status: result.status,
    output: 'output' in result ? result.output : undefined,
    error: result.status === 'error' ? result.error.message : undefined,
  }))
}

const failing = (at: number) => (item: number) => {
  if (item === at) throw new Error(`no ${item}`)
  return item * 2
}
const broken = agent({
  name: 'broken',
  model: scriptedModel(() => {
    throw new Error('no model')
  }),
})
const boss = agent({
  name: 'boss',
  model: scriptedModel((request) =>
    toolResults(request).length === 0
      ? calls([{ name: 'ask', args: { input: 'x' }, id: 'x' }])
      : text(String(toolResults(request)[0]?.content)),
  ),
  tools: [broken.asTool({ name: 'ask', description: 'Fails.', distribute: true })],
})
const distribute = true

describe('parts elsewhere', () => {
  it.each<[string, AnyRunnable, unknown]>([
    ['a function that throws', map(failing(2), { distribute }).named('m'), [1, 2, 3]],
    ['a function that throws, settled', map(failing(2), { distribute, onFailure: 'settle' }).named('m'), [1, 2, 3]],
    ['an output that is not JSON', map((n: number) => BigInt(n), { distribute }).named('m'), [1]],
    ['an output that is a function', map((n: number) => () => n, { distribute }).named('m'), [1]],
    ['no output', map(() => undefined, { distribute }).named('m'), [1, 2]],
    ['an item that is null', map((n: null) => n, { distribute }).named('m'), [null]],
    ['no items', map((n: number) => n, { distribute }).named('m'), []],
    [
      'items made in the run that are not JSON',
      pipe(
        () => [1n],
        map((n: bigint) => Number(n), { distribute }),
      ).named('m'),
      'x',
    ],
    ['an agent whose model fails', map(broken, { distribute }).named('m'), ['a']],
    ['a called agent whose model fails', boss, 'go'],
    [
      'a map inside a distributed map',
      map(
        map((n: number) => n + 1, { distribute }),
        { distribute },
      ).named('m'),
      [[1, 2], [3]],
    ],
  ])('come to the same as in one process: %s', async (_name, runnable, input) => {
    const [elsewhere, alone] = await both(runnable, input)
    expect(elsewhere).toEqual(alone)
  })

  it('stop the others when one fails', async () => {
    const started: number[] = []
    const all = map(
      (item: number, { signal }) => {
        started.push(item)
        if (item === 1) throw new Error('no 1')
        return new Promise<number>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')))
        })
      },
      { distribute, concurrency: 2 },
    ).named('m')
    const engine = new MemoryEngine([all])
    const facts = await engine.run('r', startOf(all, [0, 1, 2, 3]))
    expect(await resultFor(all, facts)).toMatchObject({ status: 'error' })
    await engine.until(() => [...engine.workflows.values()].every(({ status }) => status === 'ended'))
    expect(new Set(started)).toEqual(new Set([0, 1]))
  })

  it('that wait for a worker are aborted with their run, and never run', async () => {
    const ran: number[] = []
    const all = map((item: number) => ran.push(item), { distribute, concurrency: 2 }).named('m')
    const worker = Promise.withResolvers<void>()
    const engine = new MemoryEngine([all], { partsWaitFor: worker.promise })
    const ended = engine.run('r', startOf(all, [1, 2, 3]))
    await engine.until(() => engine.workflows.size === 3)
    await engine.link.send('r', { type: 'abort', reason: 'enough' })
    expect(await resultFor(all, await ended)).toMatchObject({ status: 'aborted', reason: 'enough' })
    worker.resolve()
    await engine.until(() => [...engine.workflows.values()].every(({ status }) => status === 'ended'))
    expect(ran).toEqual([])
  })
})
