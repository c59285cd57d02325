// Concurrency is a resource: per run, per tool and per key; results keep call order.
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type RunEvent } from '../index.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const twelve = calls(Array.from({ length: 12 }, (_, id) => ({ name: 'work', args: { id } })))

function worker(limit: object) {
  const running = new Map<string, number>()
  let all = 0
  const most = { all: 0, perKey: 0 }
  const work = tool({
    name: 'work',
    parameters: z.object({ id: z.number() }),
    effects: 'none',
    limit,
    execute: async ({ id }) => {
      const key = String(id % 2)
      running.set(key, (running.get(key) ?? 0) + 1)
      most.all = Math.max(most.all, ++all)
      most.perKey = Math.max(most.perKey, running.get(key)!)
      await pause(12 - id)
      running.set(key, running.get(key)! - 1)
      all--
      return id
    },
  })
  return { work, most }
}
const order = (events: readonly RunEvent[], type: 'tool.start' | 'tool.done') =>
  events.filter((event) => event.type === type).length

describe('limits', () => {
  it('twelve calls under a concurrency of three never exceed three, and keep order', async () => {
    const { work, most } = worker({ concurrency: 3 })
    const result = await agent({ name: 'a', model: scriptedModel([twelve, text('done')]), tools: [work] }).run('go')
    expect(most.all).toBe(3)
    expect(result.steps[0]?.calls.map((done) => done.content)).toEqual(
      Array.from({ length: 12 }, (_, id) => String(id)),
    )
  })

  it('hold over runs of the same tool', async () => {
    const { work, most } = worker({ concurrency: 2 })
    const one = agent({ name: 'a', model: scriptedModel([twelve, twelve, text('done'), text('done')]), tools: [work] })
    await Promise.all([one.run('x'), one.run('y')])
    expect(most.all).toBe(2)
  })

  it('of the same key never overlap; other keys go on', async () => {
    const { work, most } = worker({ concurrency: 1, key: ({ id }: { id: number }) => String(id % 2) })
    await agent({ name: 'a', model: scriptedModel([twelve, text('done')]), tools: [work] }).run('go')
    expect(most).toEqual({ all: 2, perKey: 1 })
  })

  it('of the run hold over all its tools', async () => {
    const { work, most } = worker({ concurrency: 8 })
    await agent({
      name: 'a',
      model: scriptedModel([twelve, text('done')]),
      tools: [work],
      limit: { concurrency: 4 },
    }).run('go')
    expect(most.all).toBe(4)
  })

  it('of a rate hold over runs', async () => {
    const starts: number[] = []
    const rated = tool({
      name: 'work',
      limit: { interval: 100, intervalCap: 3 },
      execute: () => void starts.push(performance.now()),
    })
    const one = agent({
      name: 'a',
      model: scriptedModel(({ messages }) =>
        messages.length > 1 ? text('done') : calls([{ name: 'work' }, { name: 'work' }, { name: 'work' }]),
      ),
      tools: [rated],
    })
    await Promise.all([one.run('x'), one.run('y'), one.run('z')])
    expect(starts).toHaveLength(9)
    for (let at = 3; at < starts.length; at++) expect(starts[at]! - starts[at - 3]!).toBeGreaterThan(80)
  })

  it('of a rate go by the clock of the run', async () => {
    const clock = virtualClock()
    const rated = tool({ name: 'work', limit: { interval: 60_000, intervalCap: 2 }, execute: () => 'x' })
    const model = scriptedModel([calls(Array.from({ length: 5 }, () => ({ name: 'work' }))), text('done')])
    const stream = agent({ name: 'a', model, tools: [rated], limit: { interval: 1000, intervalCap: 1 } }).stream('go', {
      clock,
    })
    const starts: number[] = []
    stream.on('tool.start', ({ at }) => starts.push(at))
    await clock.runAll()
    expect((await stream.result).status).toBe('done')
    expect(starts).toEqual([0, 1_000, 60_000, 61_000, 120_000])
  })

  it('leave no timer behind when the run is aborted while it waits', async () => {
    const clock = virtualClock()
    const rated = tool({ name: 'work', limit: { interval: 60_000, intervalCap: 1 }, execute: () => 'x' })
    const script = [calls([{ name: 'work' }, { name: 'work' }]), text('done')]
    const one = agent({ name: 'a', model: scriptedModel(() => script[0]!), tools: [rated] })
    const stream = one.stream('go', { clock })
    stream.on('tool.done', () => stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted' })
    expect(clock.pending).toBe(0)
    // The aborted call used up no place of the interval.
    const next = one.with({ model: scriptedModel([calls([{ name: 'work' }]), text('done')]) }).stream('go', { clock })
    const starts: number[] = []
    next.on('tool.start', ({ at }) => starts.push(at))
    await clock.runAll()
    expect(starts).toEqual([60_000])
  })

  it('a key function that throws is an answer for the model', async () => {
    const work = tool({
      name: 'work',
      limit: {
        concurrency: 1,
        key: () => {
          throw new Error('no key')
        },
      },
      execute: () => 1,
    })
    const result = await agent({
      name: 'a',
      model: scriptedModel([calls([{ name: 'work' }]), text('done')]),
      tools: [work],
    }).run('go')
    expect(result.status).toBe('done')
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: false, content: expect.stringMatching(/no key/) })
  })

  it('log the start of a call when it starts, not when it waits', async () => {
    const { work } = worker({ concurrency: 1 })
    const stream = agent({ name: 'a', model: scriptedModel([twelve, text('done')]), tools: [work] }).stream('go')
    const events: RunEvent[] = []
    for await (const event of stream) {
      events.push(event)
      expect(order(events, 'tool.start') - order(events, 'tool.done')).toBeLessThanOrEqual(1)
    }
    expect(order(events, 'tool.done')).toBe(12)
  })
})

describe('the calls of one answer', () => {
  const many = calls(Array.from({ length: 256 }, (_, id) => ({ name: 'work', args: { id } })))
  const run = (options: { answerLimits?: { maxToolCalls: number }; wire: 'stream' | 'plain' }) => {
    const work = tool({ name: 'work', parameters: z.object({ id: z.number() }), execute: ({ id }) => id })
    return agent({ name: 'a', model: scriptedModel([many, many, text('done')]), tools: [work], ...options }).run('go')
  }

  it.each(['stream', 'plain'] as const)('are as many as the agent allows (%s)', async (wire) => {
    const result = await run({ answerLimits: { maxToolCalls: 256 }, wire })
    expect(result.steps[0]?.calls.map((done) => done.content)).toEqual(
      Array.from({ length: 256 }, (_, id) => String(id)),
    )
  })

  it.each(['stream', 'plain'] as const)(
    'are 128 by default; more end the run and name the remedy (%s)',
    async (wire) => {
      const result = await run({ wire })
      expect(result).toMatchObject({
        status: 'error',
        error: { limit: 'maxToolCalls', allowed: 128, message: expect.stringMatching(/Raise maxToolCalls/) },
      })
    },
  )
})
