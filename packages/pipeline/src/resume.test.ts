// A pipeline of five stages with a map of 20 and two agents; its process dies behind every fact, and another one goes on.
import { agent, type Fact, memoryLog, type RunEvent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { map, parallel, pipe, retry, type StageContext, stage } from './index.ts'

const effects = new Map<string, number>()
const count = (key: string): void => void effects.set(key, (effects.get(key) ?? 0) + 1)

const look = tool({
  name: 'look',
  parameters: z.object({}),
  effects: 'none',
  execute: (_, { idempotencyKey }) => (count(idempotencyKey), 'seen'),
})
const replies = ({ messages }: { messages: readonly { role: string }[] }) =>
  messages.some(({ role }) => role === 'tool') ? text('Looked.') : call('look', {})
const planner = agent({ name: 'planner', model: scriptedModel(replies), tools: [look] })
const writer = agent({ name: 'writer', model: scriptedModel(replies), tools: [look] })

const split = (plan: string) => Array.from({ length: 20 }, (_, n) => `${plan} ${n}`)
const work = (item: string, { idempotencyKey }: StageContext) => (count(idempotencyKey), item.length)
const flaky = (items: readonly number[], { error, idempotencyKey }: StageContext) => {
  count(idempotencyKey)
  if (!error) throw new Error('busy')
  return items.reduce((sum, one) => sum + one, 0)
}
const whole = pipe(
  planner,
  split,
  map(work, { concurrency: 5 }),
  retry(flaky, { times: 2, backoff: 0 }),
  parallel({ writer: pipe((sum: number) => `Write about ${sum}`, writer), sum: (sum: number) => sum }),
).named('whole')

const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

describe('a pipeline of five stages with a map of 20 and two agents', () => {
  it('resumes behind every fact: with the same output, without what is done', async () => {
    const log = memoryLog()
    const result = await whole.run('go', { log, runId: 'r' })
    expect(result).toMatchObject({ status: 'done', output: { writer: 'Looked.' }, usage: { unreported: 0 } })
    expect(log.facts.length).toBeGreaterThan(60)
    for (let length = 1; length <= log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      const isDone = new Set(from.facts.flatMap((fact) => (fact.type === 'stage.done' ? [`r/${fact.stage}`] : [])))
      effects.clear()
      const again = await whole.run(undefined, { from })
      expect(again).toMatchObject({
        status: 'done',
        output: result.status === 'done' && result.output,
      })
      // A step that was cut while it streamed is retried.
      if (!from.facts.some(({ type }) => type === 'step.cut'))
        expect(again.usage.reported?.completion_tokens).toBe(result.usage.reported?.completion_tokens)
      for (const [key, times] of effects) {
        expect(times).toBe(1)
        expect(isDone.has(key)).toBe(false)
      }
      const done = from.facts.flatMap((fact) => (fact.type === 'stage.done' ? [fact.stage] : []))
      expect(new Set(done).size).toBe(done.length)
      expect(from.facts.map(({ seq }) => seq)).toEqual(from.facts.map((_, at) => at))
    }
  }, 60_000)

  it('sends the events of its agents under their path', async () => {
    const events: RunEvent[] = []
    for await (const event of whole.stream('go')) events.push(event)
    const of = (type: string) => events.flatMap((event) => (event.type === type && 'path' in event ? [event.path] : []))
    expect(of('tool.done')).toEqual(['planner', 'parallel/writer/writer'])
    expect(of('run.done')).toEqual(['planner', 'parallel/writer/writer', ''])
  })

  it('adds up usage exactly', async () => {
    const result = await whole.run('go')
    const own = [await planner.run('go'), await writer.run('Write about 190')]
    const sum = own.reduce((total, one) => total + (one.usage.reported?.completion_tokens ?? 0), 0)
    expect(result.usage.reported?.completion_tokens).toBe(sum)
  })
})

describe('a resumed pipeline', () => {
  it('is aborted in the middle of a map, and does only the rest', async () => {
    const done: number[] = []
    const log = memoryLog()
    const slow = async (n: number, { signal }: StageContext) => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      signal.throwIfAborted()
      done.push(n)
      return n
    }
    const items = Array.from({ length: 40 }, (_, n) => n)
    const one = map(slow, { concurrency: 3 })
    const stream = one.stream(items, { log })
    stream.on('stage.progress', (event) => event.done >= 10 && stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted' })
    expect(await one.run(undefined, { from: log })).toMatchObject({ status: 'done', output: items })
    expect(done.toSorted((a, b) => a - b)).toEqual(items)
  })

  it('goes on behind the items of an iterable, and refuses another one', async () => {
    const seen: number[] = []
    const log = memoryLog()
    const numbers = function* () {
      for (let n = 0; n < 10; n++) yield n
    }
    const one = map(
      (n: number) => {
        if (n === 5 && !seen.includes(5)) {
          seen.push(5)
          throw new Error('once')
        }
        seen.push(n)
        return n
      },
      { concurrency: 1 },
    )
    expect(await one.run(numbers(), { log })).toMatchObject({ status: 'error', error: { path: '[5]' } })
    await expect(one.run(undefined, { from: log })).rejects.toThrow('pass it to `run` again')
    const other = memoryLog(saved(log.facts))
    expect(await one.run([9, 8, 7, 6, 5, 4, 3].values(), { from: other })).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('another item 0') },
    })
    seen.splice(0, seen.length, 5)
    expect(await one.run(numbers(), { from: log })).toMatchObject({
      status: 'done',
      output: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    })
    expect(seen).toEqual([5, 5, 6, 7, 8, 9])
  })

  it('makes an iterable again that was not read to its end', async () => {
    let made = 0
    const log = memoryLog()
    const list = async function* (size: number) {
      made++
      for (let n = 0; n < size; n++) yield n
    }
    let fails = true
    const one = pipe(
      list,
      map(
        (n: number) => {
          if (n === 2 && fails) throw new Error('once')
          return n
        },
        { concurrency: 1 },
      ),
      (all: number[]) => all.length,
    )
    expect(await one.run(4, { log })).toMatchObject({ status: 'error' })
    fails = false
    expect(await one.run(undefined, { from: log })).toMatchObject({ status: 'done', output: 4 })
    expect(made).toBe(2)
  })

  it('runs only what failed again, after an error', async () => {
    const log = memoryLog()
    const ran: number[] = []
    let broken = true
    const one = map(
      (n: number) => {
        if (n === 3 && broken) throw new Error('broken')
        ran.push(n)
        return n
      },
      { onFailure: 'settle' },
    )
    const failed = await one.run([1, 2, 3, 4, 5], { log })
    expect(failed).toMatchObject({
      status: 'error',
      error: { path: '[2]' },
      stages: { '[4]': { status: 'done', output: 5 } },
    })
    broken = false
    expect(await one.run(undefined, { from: memoryLog(saved(log.facts)) })).toMatchObject({ output: [1, 2, 3, 4, 5] })
    expect(ran.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
  })

  it('pauses in an agent, and goes on with a decision on its call', async () => {
    const log = memoryLog()
    const pay = tool({ name: 'pay', parameters: z.object({}), needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('Paid.') : call('pay', {}),
    )
    const payer = agent({ name: 'payer', model, tools: [pay] })
    const one = parallel({ payer, other: (t: string) => t.length })
    const paused = await one.run('go', { log })
    expect(paused).toMatchObject({
      status: 'approval',
      requests: [{ name: 'pay', path: 'payer' }],
      stages: { other: { output: 2 } },
    })
    if (paused.status !== 'approval') return
    const decisions = { [paused.requests[0]!.id]: { approve: true } as const }
    const from = memoryLog(saved(log.facts))
    expect(await one.run(undefined, { from, decisions })).toMatchObject({
      status: 'done',
      output: { payer: 'Paid.', other: 2 },
    })
    expect(await one.run('go', { approver: () => ({ approve: true }) })).toMatchObject({ status: 'done' })
  })

  it('continues an agent whose run failed, from its own facts', async () => {
    let isDown = true
    let calls = 0
    const model = scriptedModel((request) => {
      if (isDown && request.messages.some(({ role }) => role === 'tool')) throw new Error('down')
      return replies(request)
    })
    const counting = tool({ name: 'look', parameters: z.object({}), execute: () => void calls++ })
    const log = memoryLog()
    const one = pipe(agent({ name: 'a', model, tools: [counting] }))
    expect(await one.run('go', { log })).toMatchObject({
      status: 'error',
      error: { path: 'a', result: { status: 'error' } },
    })
    isDown = false
    expect(await one.run(undefined, { from: memoryLog(saved(log.facts)) })).toMatchObject({
      status: 'done',
      output: 'Looked.',
    })
    expect(calls).toBe(1)
  })

  it('asks about an unsafe function that was interrupted', async () => {
    const log = memoryLog()
    let ran = 0
    const one = pipe(stage((n: number) => (ran++, n), { name: 'pay', effects: 'unsafe' }))
    await one.run(1, { log })
    const start = log.facts.findIndex(({ type }) => type === 'stage.start')
    const cut = () => memoryLog(saved(log.facts.slice(0, start + 1)))
    const from = cut()
    const asked = await one.run(undefined, { from })
    expect(asked).toMatchObject({ status: 'approval', requests: [{ kind: 'interrupted', stage: 'pay' }] })
    expect(await one.run(undefined, { from, decisions: { pay: { approve: true } } })).toMatchObject({ output: 1 })
    expect(ran).toBe(2)
    // Interrupted again: the decision was about the first start.
    const second = from.facts.findLastIndex(({ type }) => type === 'stage.start')
    const twice = memoryLog(saved(from.facts.slice(0, second + 1)))
    const askedAgain = await one.run(undefined, { from: twice })
    expect(askedAgain).toMatchObject({ status: 'approval', requests: [{ kind: 'interrupted', stage: 'pay' }] })
    expect(ran).toBe(2)
    const [old, id] = [asked, askedAgain].map((paused) => (paused.status === 'approval' ? paused.requests[0]!.id : ''))
    await expect(
      one.run(undefined, { from: memoryLog(saved(twice.facts)), decisions: { [old!]: { approve: true } } }),
    ).rejects.toThrow(old)
    expect(await one.run(undefined, { from: twice, decisions: { [id!]: { approve: true } } })).toMatchObject({
      output: 1,
    })
    expect(ran).toBe(3)
  })

  it('refuses a log of another pipeline, and another input', async () => {
    const log = memoryLog()
    await whole.run('go', { log })
    await expect(whole.named('other').run(undefined, { from: log })).rejects.toThrow('`whole`')
    await expect(whole.run('stop', { from: log })).rejects.toThrow('another input')
    await expect(whole.run('go', { log })).rejects.toThrow('ended as `done`')
  })
})
