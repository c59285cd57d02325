import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { describe as suite, expect, it } from 'vitest'
import { agent, describe, type Fact, isFact, memoryLog, readRun } from '../index.ts'

const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
const worker = agent({
  name: 'worker',
  model: scriptedModel((request) =>
    request.messages.some(({ role }) => role === 'tool')
      ? text('Done.')
      : calls([
          { name: 'look', args: {}, id: 'l1' },
          { name: 'pay', args: {}, id: 'p1' },
        ]),
  ),
  tools: [look, pay],
})

async function paused() {
  const log = memoryLog()
  const result = await worker.run('go', { log, runId: 'r', clock: virtualClock(1_000) })
  return { log, result }
}

suite('readRun', () => {
  it('says what a result says, at every fact, and writes nothing', async () => {
    const { log } = await paused()
    await worker.run(undefined, { from: log, decisions: { p1: { approve: true, arguments: {} } } })
    const all = JSON.parse(JSON.stringify(log.facts)) as Fact[]
    for (let length = 1; length <= all.length; length++) {
      const saved = memoryLog(all.slice(0, length))
      const reading = await readRun(saved)
      expect(saved.facts).toEqual(all.slice(0, length))
      expect(await readRun(all.slice(0, length))).toEqual(reading)
      const ending = all[length - 1]!
      const status = ending.type === 'run.done' ? 'done' : ending.type === 'run.pause' ? 'approval' : 'running'
      expect(reading).toMatchObject({ runId: 'r', agent: 'worker', status })
      expect(reading.timeline.map(({ seq, type }) => ({ seq, type }))).toEqual(
        all.slice(0, length).map(({ seq, type }) => ({ seq, type })),
      )
    }
  })

  it('agrees with the result of a run that waits, and of one that is done', async () => {
    const { log, result } = await paused()
    const { messages, steps, usage, cost, timing } = result
    const first = await readRun(log)
    expect(first).toMatchObject({ status: 'approval', messages, steps, usage, timing, outcome: undefined })
    expect(first.cost).toBe(cost)
    expect(first.requests).toEqual(result.status === 'approval' && result.requests)
    const done = await worker.run(undefined, { from: log, decisions: { p1: { approve: true } } })
    const second = await readRun(log)
    expect(second).toMatchObject({
      status: 'done',
      outcome: { status: 'done', text: 'Done.' },
      messages: done.messages,
      usage: done.usage,
      requests: [],
    })
  })

  it('reads a run while it runs', async () => {
    const log = memoryLog()
    const read: string[] = []
    for await (const event of worker.stream('go', { log })) if (isFact(event)) read.push((await readRun(log)).status)
    expect(read.at(0)).toBe('running')
    expect(read.at(-1)).toBe('approval')
  })

  it.each([
    [[], /The log is empty/],
    [[{ seq: 0, at: 0, run: 'r', path: '', type: 'run.pause', callIds: [] }], /does not begin with `run.start`/],
    [[{ seq: 1, at: 0 }], /The log is damaged: fact 0 has the number 1/],
  ])('refuses what is no log: %j', async (facts, message) => {
    await expect(readRun(facts as unknown as Fact[])).rejects.toThrow(message)
  })
})

suite('a description', () => {
  it('is a line for each fact', async () => {
    const { log } = await paused()
    const clock = virtualClock(3_500)
    await worker.run(undefined, { from: log, decisions: { p1: { approve: true, arguments: {} } }, clock })
    expect(await describe(log)).toBe(
      [
        'run r of worker: done',
        '    0.000 s  run.start  go',
        '    0.000 s  step 0  asks scripted (look, pay)',
        '    0.000 s  step 0  calls look({}) l1, still talking',
        '    0.000 s  step 0  look l1 starts',
        '    0.000 s  step 0  look l1 returns: seen',
        '    0.000 s  step 0  calls pay({}) p1, still talking',
        '    0.000 s  step 0  pay p1 waits (approval): {}',
        '    0.000 s  step 0  look({}) l1; pay({}) p1 [85 + 37 tokens]',
        '    0.000 s  run.pause  waits for p1',
        '    2.500 s  run.resume',
        '    2.500 s  step 0  p1 is approved with {}',
        '    2.500 s  step 0  pay p1 starts',
        '    2.500 s  step 0  pay p1 returns: Run with these arguments instead: {} paid',
        '    2.500 s  step 1  asks scripted (look, pay)',
        '    2.500 s  step 1  Done. [170 + 2 tokens]',
        '    2.500 s  run.done  done: Done.',
      ].join('\n'),
    )
  })
})
