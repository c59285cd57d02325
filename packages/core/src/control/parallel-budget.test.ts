// Runs side by side under one budget of tokens or dollars: one for which nothing is left now waits for what others return.
import { tool } from '@toolloop/schema'
import { call, calls, fault, scriptedModel, text, toolResults } from '@toolloop/testing'
import type { ChatModel } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type BudgetOptions, type Fact, memoryLog } from '../index.ts'

const usage = { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50 }
const price = { input: 1, output: 2 }
const parameters = z.object({ id: z.string() })
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

/** The most that was spent and reserved at any fact. */
function peakOf(facts: readonly Fact[], of: 'tokens' | 'usd'): number {
  const reserved = new Map<string, number>()
  let spent = 0
  let peak = 0
  for (const fact of facts) {
    if (fact.type === 'step.start' && fact.reserved) {
      spent += reserved.get(fact.path) ?? 0 // of a process that died
      reserved.set(fact.path, fact.reserved[of] ?? 0)
    }
    if (fact.type === 'step.done' || fact.type === 'step.cut' || fact.type === 'run.done') {
      spent += fact.spent?.[of] ?? 0
      reserved.delete(fact.path)
    }
    peak = Math.max(peak, spent + [...reserved.values()].reduce((sum, one) => sum + one, 0))
  }
  return peak
}

/** A boss that runs the agents side by side, once. */
function bossOf(models: readonly ChatModel[], budget: BudgetOptions, tools: Parameters<typeof agent>[0]['tools'] = []) {
  const asked = models.map((model, n) =>
    agent({ name: `child${n}`, model, ...(tools.length > 0 && { tools }) }).asTool({
      name: `ask_${n}`,
      description: 'Asks a child.',
    }),
  )
  const model = scriptedModel(
    (request) =>
      toolResults(request).length === 0
        ? calls(
            asked.map(({ name }, at) => ({ name, args: { input: 'go' }, id: `c${at}` })),
            { usage },
          )
        : text('Done.', { usage }),
    { price },
  )
  return agent({ name: 'boss', model, tools: asked, budget })
}

describe('runs side by side under one budget', () => {
  const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => id })
  const reading = () =>
    scriptedModel(
      (request) =>
        toolResults(request).length === 0 ? call('read', { id: 'x' }, { usage }) : text('Read.', { usage }),
      { price },
    )

  it.each<['tokens' | 'usd', BudgetOptions]>([
    ['tokens', { tokens: 3_000 }],
    ['usd', { usd: 0.003 }],
    ['tokens', { tokens: 3_000, onExhausted: 'wrapUp', wrapUpTokens: 200 }],
    ['tokens', { tokens: 3_000, maxTokensPerStep: 1_300 }],
  ])('all finish within %s, also after a resume from every prefix: %j', async (of, budget) => {
    const boss = bossOf([reading(), reading(), reading()], budget, [read])
    const log = memoryLog()
    const result = await boss.run('go', { log })
    expect(result).toMatchObject({ status: 'done', children: [{}, {}, {}].map(() => ({ status: 'done' })) })
    expect(peakOf(log.facts, of)).toBeLessThanOrEqual(budget[of]!)
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      const { status } = await boss.run(undefined, { from })
      // All that a step had reserved is spent when its process dies while it streams.
      expect(openIn(log.facts.slice(0, length)) ? ['done', 'budget'] : ['done'], `after ${length} facts`).toContain(
        status,
      )
      expect(peakOf(from.facts, of)).toBeLessThanOrEqual(budget[of]!)
    }
  })

  it('start in the order in which they came', async () => {
    const boss = bossOf(
      Array.from({ length: 5 }, () => reading()),
      { tokens: 5_000 },
      [read],
    )
    const log = memoryLog()
    expect(await boss.run('go', { log })).toMatchObject({ status: 'done' })
    const starts = log.facts.flatMap(({ type, path }) => (type === 'step.start' && path !== '' ? path : []))
    const once = ['0:c0', '0:c1', '0:c2', '0:c3', '0:c4']
    expect(starts).toEqual([...once, ...once])
  })

  it('end as `budget` at once where the prompt would not fit either when the others have used nothing', async () => {
    const never = Promise.withResolvers<void>()
    const holding: ChatModel = {
      name: 'holding',
      async *stream() {
        yield* []
        await never.promise
      },
    }
    const child = scriptedModel([text('x')])
    const boss = bossOf([holding, child], { tokens: 800 }, [
      tool({ name: 'long', description: 'x'.repeat(3_000), parameters, execute: () => '' }),
    ]).with({ budget: { tokens: 1_000 } })
    const abort = new AbortController()
    const stream = boss.stream('go', { signal: abort.signal })
    stream.on('run.done', ({ path, outcome }) => {
      if (path !== '' && outcome.status === 'budget') abort.abort('seen')
    })
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'seen' })
  })

  it('a second attempt of a step gives back what its first one did not use while it waits', async () => {
    const broken = () => scriptedModel([fault.cutAt(text('begun and more'), 600), text('Fine.', { usage })])
    const boss = bossOf([broken(), broken(), broken()], { tokens: 5_000 })
    const log = memoryLog()
    expect(await boss.run('go', { log })).toMatchObject({
      status: 'done',
      children: [{}, {}, {}].map(() => ({ status: 'done' })),
    })
  })

  it('ends at once when it is aborted while some wait', async () => {
    const never = Promise.withResolvers<void>()
    const holding: ChatModel = {
      name: 'holding',
      async *stream() {
        yield* []
        await never.promise
      },
    }
    const waits = scriptedModel([text('x')])
    const abort = new AbortController()
    const stream = bossOf([holding, waits, waits], { tokens: 2_000 }).stream('go', { signal: abort.signal })
    stream.on('step.start', ({ path }) => {
      if (path === '0:c0') setImmediate(() => abort.abort('enough'))
    })
    expect(await stream.result).toMatchObject({
      status: 'aborted',
      children: [{}, {}, {}].map(() => ({ status: 'aborted' })),
    })
    expect(waits.requests).toEqual([])
  })
})

/** Whether a step streams at the end of these facts. */
function openIn(facts: readonly Fact[]): boolean {
  const open = new Set<string>()
  for (const { type, path } of facts) {
    if (type === 'step.start') open.add(path)
    if (type === 'step.done') open.delete(path)
  }
  return open.size > 0
}
