// Budgets of pipelines: over all agents, counted on after a resume from every prefix, waiting for nobody.
import { agent, type Fact, memoryLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text, type VirtualClock, virtualClock } from '@toolloop/testing'
import type { ChatModel, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fallback, gate, map, parallel, pipe, type PipelineBudget, retry, stage } from './index.ts'

const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]
const read = tool({ name: 'read', parameters: z.object({ id: z.string() }), effects: 'none', execute: ({ id }) => id })

/** A model that never stops and reports no usage. */
function runaway(name: string) {
  const seen = { requests: 0, closed: 0 }
  const model: ChatModel = {
    name,
    async *stream() {
      seen.requests++
      try {
        for (;;) {
          await Promise.resolve()
          const choices = [{ index: 0, delta: { content: 'and on ' }, finish_reason: null }]
          yield { id: 'c', object: 'chat.completion.chunk', created: 0, model: name, choices }
        }
      } finally {
        seen.closed++
      }
    },
  }
  return { model, seen }
}

/** The most that was spent and reserved at any moment of a log. */
function peakOf(facts: readonly Fact[]): number {
  const reserved = new Map<string, number>()
  let spent = 0
  let peak = 0
  for (const fact of facts) {
    if (fact.type === 'step.start' && fact.reserved) {
      spent += reserved.get(fact.path) ?? 0 // of a process that died
      reserved.set(fact.path, fact.reserved.tokens)
    }
    if (fact.type === 'step.done' || fact.type === 'step.cut' || fact.type === 'run.done') {
      spent += fact.spent?.tokens ?? 0
      reserved.delete(fact.path)
    }
    peak = Math.max(peak, spent + [...reserved.values()].reduce((sum, one) => sum + one, 0))
  }
  return peak
}

/** Moves the clock until a run has ended. */
async function through<T>(clock: VirtualClock, run: Promise<T>, ms: number): Promise<T> {
  const end = { isHere: false }
  const ended = run.finally(() => {
    end.isHere = true
  })
  while (!end.isHere) await clock.advance(ms)
  return ended
}

describe('a budget of tokens over a pipeline', () => {
  it('is never passed by three agents that run at once, whose servers report nothing', async () => {
    const models = ['a', 'b', 'c'].map(runaway)
    const [a, b, c] = models.map(({ model }) => agent({ name: model.name, model }))
    const log = memoryLog()
    const all = parallel({ a: a!, b: b!, c: c! }, { onFailure: 'settle' })
    const result = await all.run('go', { log, budget: { tokens: 1_500, maxTokensPerStep: 480 } })
    expect(result.status).toBe('error') // each answer is as long as a step may be: truncated, and complete as far as the budget goes
    expect(peakOf(log.facts)).toBeLessThanOrEqual(1_500)
    expect(models.map(({ seen }) => [seen.requests, seen.closed])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ])
    const none = await all.run('go', { budget: { tokens: 1_500 } })
    expect(none).toMatchObject({ status: 'budget', dimension: 'tokens', allowed: 1_500 })
    expect(models.map(({ seen }) => seen.closed)).toEqual(models.map(({ seen }) => seen.requests))
  })

  it('goes on counting after a resume from every prefix', async () => {
    const usage = { prompt_tokens: 50, completion_tokens: 50, total_tokens: 100 }
    const model = scriptedModel(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('Read.', { usage }) : call('read', { id: 'x' }, { usage }),
    )
    const reader = agent({ name: 'reader', model, tools: [read] })
    const many = map(reader, { concurrency: 2 })
    const budget: PipelineBudget = { tokens: 650, maxTokensPerStep: 20 }
    const log = memoryLog()
    const items = ['1', '2', '3', '4', '5']
    const result = await many.run(items, { log, budget })
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', allowed: 650 })
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      expect(await many.run(undefined, { from, budget })).toMatchObject({ status: 'budget', dimension: 'tokens' })
      const steps = from.facts.filter(({ type }) => type === 'step.done').length
      expect(steps).toBeLessThanOrEqual(6)
    }
    const more = await many.run(undefined, { from: log, budget: { tokens: 2_000, maxTokensPerStep: 20 } })
    expect(more).toMatchObject({ status: 'done', output: ['Read.', 'Read.', 'Read.', 'Read.', 'Read.'] })
  }, 60_000)

  it('is not tried again by `retry`, and leaves `fallback` its second stage', async () => {
    const { model, seen } = runaway('a')
    const a = agent({ name: 'a', model })
    const budget = { tokens: 200 }
    expect(await retry(a, { times: 3, backoff: 0 }).run('go', { budget })).toMatchObject({ status: 'budget' })
    expect(seen.requests).toBe(1)
    const safe = fallback(a, () => 'short')
    expect(await safe.run('go', { budget })).toMatchObject({ status: 'done', output: 'short' })
  })
})

describe('a budget of calls over a pipeline', () => {
  it('is exact over agents that run at once, from every prefix', async () => {
    const model = scriptedModel(({ messages }) =>
      calls([0, 1].map((n) => ({ name: 'read', args: { id: `${messages.length} ${n}` } }))),
    )
    const reader = agent({ name: 'reader', model, tools: [read] })
    const both = pipe((t: string) => [t, t, t], map(reader, { onFailure: 'settle' }))
    const log = memoryLog()
    const budget = { toolCalls: 5 }
    expect(await both.run('go', { log, budget })).toMatchObject({ status: 'budget', spent: 5, allowed: 5 })
    const startsIn = (facts: readonly Fact[]): number =>
      new Set(facts.flatMap((fact) => (fact.type === 'tool.start' ? `${fact.path} ${fact.callId}` : []))).size
    expect(startsIn(log.facts)).toBe(5)
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      expect(await both.stream(undefined, { from, budget }).result).toMatchObject({ status: 'budget', spent: 5 })
      expect(startsIn(from.facts)).toBe(5)
    }
  }, 60_000)
})

describe('a budget of time over a pipeline', () => {
  it('is exact: it ends functions and agents, and a resume has what is left', async () => {
    const clock = virtualClock(1_000)
    const sleepy = (_: unknown, { signal }: { signal: AbortSignal }) => clock.sleep(400, signal).then(() => 'slept')
    const model = scriptedModel([text('Done.')])
    const slow: ChatModel = {
      name: 'slow',
      async create(request, options) {
        await clock.sleep(400, options?.signal)
        return model.create(request, options)
      },
    }
    const whole = pipe(stage(sleepy, { name: 'first' }), agent({ name: 'a', model: slow }), sleepy)
    const log = memoryLog()
    const budget = { ms: 1_000 }
    const first = whole.run('go', { clock, log, budget })
    expect(await through(clock, first, 50)).toMatchObject({
      status: 'budget',
      dimension: 'ms',
      spent: 1_000,
      allowed: 1_000,
      stages: { first: { output: 'slept' }, a: { status: 'done' } },
    })
    await clock.advance(90_000)
    const again = whole.run(undefined, { clock, from: log, budget })
    expect(await through(clock, again, 50)).toMatchObject({ status: 'budget', spent: 1_000 })
    const more = whole.run(undefined, { clock, from: log, budget: { ms: 1_500 } })
    expect(await through(clock, more, 50)).toMatchObject({ status: 'done', output: 'slept' })
    expect(clock.pending).toBe(0)
  })

  it('does not run while a gate and a call of an agent wait for a person', async () => {
    const clock = virtualClock()
    const pay = tool({ name: 'pay', parameters: z.object({}), needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('Paid.') : call('pay', {}),
    )
    const payer = agent({ name: 'payer', model, tools: [pay] })
    const both = parallel({ payer, send: gate(stage((t: string) => t.length, { name: 'send' })) })
    const approver = () => clock.sleep(60_000).then(() => ({ approve: true as const }))
    const run = both.run('go', { clock, approver, budget: { ms: 1_000 } })
    expect(await through(clock, run, 1_000)).toMatchObject({ status: 'done', output: { payer: 'Paid.', send: 2 } })
  })

  it('runs while one stage works beside a gate that waits', async () => {
    const clock = virtualClock()
    const sleepy = (_: string, { signal }: { signal: AbortSignal }) => clock.sleep(5_000, signal).then(() => 'slept')
    const both = parallel({ sleepy, send: gate(stage((t: string) => t.length, { name: 'send' })) })
    const approver = () => clock.sleep(60_000).then(() => ({ approve: true as const }))
    const run = both.run('go', { clock, approver, budget: { ms: 1_000 } })
    expect(await through(clock, run, 100)).toMatchObject({ status: 'budget', dimension: 'ms', spent: 1_000 })
  })
})

describe('the own budget of an agent of a pipeline', () => {
  it('holds for its stage only', async () => {
    const { model, seen } = runaway('a')
    const a = agent({ name: 'a', model, budget: { tokens: 200 } })
    const b = agent({ name: 'b', model: scriptedModel([text('Fine.')]) })
    const result = await parallel({ a, b }, { onFailure: 'settle' }).run('go')
    expect(result).toMatchObject({
      status: 'error',
      error: { path: 'a', result: { status: 'budget', dimension: 'tokens', allowed: 200 } },
      stages: { b: { output: 'Fine.' } },
    })
    expect(seen.closed).toBe(1)
  })

  it('passes on what it answered when it wrapped up, also from every prefix', async () => {
    const requests: ModelRequest[] = []
    const model = scriptedModel((request, index) => {
      requests.push(request)
      return request.tools ? call('read', { id: `${index}` }) : text('As far as I know.')
    })
    const a = agent({ name: 'a', model, tools: [read], budget: { toolCalls: 2, onExhausted: 'wrapUp' } })
    const whole = pipe(a, (t: string) => t.toUpperCase())
    const log = memoryLog()
    const output = 'AS FAR AS I KNOW.'
    expect(await whole.run('go', { log })).toMatchObject({ status: 'done', output })
    for (let length = 1; length <= log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      expect(await whole.run(undefined, { from })).toMatchObject({ status: 'done', output })
    }
  })
})

describe('the options of a budget of a pipeline', () => {
  const one = pipe(agent({ name: 'a', model: { ...scriptedModel([text('Hi.')]), name: 'm' } }), (t: string) => t)
  it.each([
    [{ tokens: 0 }, 'The run of `pipe`: `budget`'],
    [{ onExhausted: 'wrapUp' }, '`budget.onExhausted` is for agents'],
    [{ usd: 1 }, '`budget.usd` needs the price of "m"'],
    [7, '`budget` is 7'],
  ])('are validated before anything starts: %j', async (budget, message) => {
    await expect(one.run('go', { budget: budget as PipelineBudget })).rejects.toThrow(message)
    expect(() => one.stream('go', { budget: budget as PipelineBudget })).toThrow(message)
  })

  it('take the price of a model', async () => {
    const budget = { usd: 1, prices: { m: { input: 1, output: 2 } } }
    expect(await one.run('go', { budget })).toMatchObject({ status: 'done', output: 'Hi.' })
  })
})
