// One budget, one abort and the approvals of a run whose parts are workflows of their own.
import { agent, type ApprovalRequest, type Decision, type Fact, memoryLog, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { gate, map, pipe, type PipelineResult } from '@toolloop/pipeline'
import { tool, type ToolContext } from '@toolloop/schema'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AnyRunnable, Start } from './index.ts'
import { type Kill, MemoryEngine } from './test/memory-engine.ts'

const usage = { prompt_tokens: 30, completion_tokens: 10, total_tokens: 40 }
const parameters = z.object({ id: z.string() })
const ran: string[] = []
const act = (name: string, options: object = {}) =>
  tool({
    name,
    parameters,
    ...options,
    execute: ({ id }, { idempotencyKey }: ToolContext) => {
      ran.push(`${name} ${id} ${idempotencyKey}`)
      return `did ${id}`
    },
  })
const worker = agent({
  name: 'worker',
  model: scriptedModel((request) =>
    toolResults(request).length < 2
      ? calls([{ name: 'act', args: { id: 'a' }, id: `a${toolResults(request).length}` }], { usage })
      : text('Done.', { usage }),
  ),
  tools: [act('act')],
})
const boss = agent({
  name: 'boss',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    const ask = (id: string) => ({ name: 'ask', args: { input: id }, id })
    if (done === 0) return calls([ask('x'), ask('y'), ask('z')], { usage })
    return done === 3 ? calls([ask('last')], { usage }) : text('All done.', { usage })
  }),
  tools: [worker.asTool({ name: 'ask', description: 'Works.', distribute: true })],
})

const resultFor = async (runnable: AnyRunnable, facts: readonly Fact[]): Promise<Result | PipelineResult<unknown>> =>
  (await runnableBehind(runnable).resultOf(facts)) as Result
const startOf = (runnable: AnyRunnable, input: unknown): Start => ({ agent: runnableBehind(runnable).name, input })

/** The most that was spent or set aside at any fact of a log. */
function peakOf(facts: readonly Fact[], dimension: 'tokens' | 'toolCalls'): number {
  const shares = new Map<string, { left: number }>()
  const started = new Set<string>()
  let spent = 0
  let peak = 0
  for (const fact of facts) {
    const isNew = fact.type === 'tool.start' && !started.has(fact.idempotencyKey)
    if (fact.type === 'tool.start') started.add(fact.idempotencyKey)
    const tokens = fact.type === 'step.done' ? fact.usage!.total_tokens : 0
    const used = dimension === 'tokens' ? tokens : Number(isNew)
    if (fact.type === 'part.start') shares.set(fact.part, { left: fact.budget![dimension]! })
    if (fact.type === 'part.done') shares.delete(fact.part)
    spent += used
    const share = [...shares].find(([part]) => fact.path === part || fact.path.startsWith(`${part}/`))?.[1]
    if (share) share.left -= used
    peak = Math.max(peak, spent + [...shares.values()].reduce((sum, { left }) => sum + Math.max(0, left), 0))
  }
  return peak
}

describe('the budget of a run with parts elsewhere', () => {
  it('is divided among the calls of a step, and what a part leaves returns to the others', async () => {
    const bounded = boss.with({ budget: { tokens: 20_000, toolCalls: 20 } })
    const alone = await boss.run('go')
    const engine = new MemoryEngine([bounded])
    const facts = await engine.run('r', startOf(bounded, 'go'))
    const result = await resultFor(bounded, facts)
    expect(result).toMatchObject({ status: 'done', usage: alone.usage })
    expect(peakOf(facts, 'tokens')).toBeLessThanOrEqual(20_000)
    expect(peakOf(facts, 'toolCalls')).toBeLessThanOrEqual(20)
    const shares = [...engine.workflows.values()].flatMap(({ start: { part } }) => (part ? [part.budget!] : []))
    // 20 calls without the three and the one that run the agents; the last part gets all that is left.
    expect(shares.map(({ toolCalls }) => toolCalls)).toEqual([5, 6, 6, 10])
    expect(shares[3]!.tokens!).toBeGreaterThan(19_000)
  })

  it('ends a part that has spent its share, and is never exceeded', async () => {
    for (const toolCalls of [4, 5, 6, 7, 8, 9]) {
      const bounded = boss.with({ budget: { toolCalls } })
      const engine = new MemoryEngine([bounded])
      ran.length = 0
      const facts = await engine.run('r', startOf(bounded, 'go'))
      expect(peakOf(facts, 'toolCalls')).toBeLessThanOrEqual(toolCalls)
      expect(facts.filter(({ type }) => type === 'tool.start').length).toBeLessThanOrEqual(toolCalls)
      expect(new Set(ran).size).toBe(ran.length)
    }
  })

  it('of a pipeline is divided among the places of a map', async () => {
    const all = map(worker, { distribute: true, concurrency: 3 }).named('all')
    const engine = new MemoryEngine([all])
    const start = { ...startOf(all, ['a', 'b', 'c', 'd']), budget: { tokens: 9000 } }
    const facts = await engine.run('r', start)
    expect(await resultFor(all, facts)).toMatchObject({ status: 'done', output: ['Done.', 'Done.', 'Done.', 'Done.'] })
    expect(peakOf(facts, 'tokens')).toBeLessThanOrEqual(9000)
    const shares = [...engine.workflows.values()].flatMap(({ start: { part } }) => (part ? [part.budget!.tokens!] : []))
    expect(shares.slice(0, 3)).toEqual([3000, 3000, 3000])
    expect(shares[3]!).toBeGreaterThan(2500)
  })

  it('ends a pipeline as `budget` when an item has spent its share', async () => {
    const all = map(worker, { distribute: true, concurrency: 2 }).named('all')
    const engine = new MemoryEngine([all])
    const facts = await engine.run('r', { ...startOf(all, ['a', 'b']), budget: { toolCalls: 2 } })
    expect(await resultFor(all, facts)).toMatchObject({ status: 'budget', dimension: 'toolCalls', allowed: 2 })
    expect(peakOf(facts, 'toolCalls')).toBeLessThanOrEqual(2)
  })

  it('holds over the deaths of processes', async () => {
    const bounded = boss.with({ budget: { toolCalls: 14 } })
    const whole = new MemoryEngine([bounded])
    await whole.run('r', startOf(bounded, 'go'))
    for (let at = 2; at < whole.steps; at += 4) {
      const engine = new MemoryEngine([bounded], { kill: { at, who: 'all' }, decide: decided })
      const facts = await engine.run('r', startOf(bounded, 'go'))
      expect(peakOf(facts, 'toolCalls'), `all at ${at}`).toBeLessThanOrEqual(14)
    }
  })
})

const decided = (requests: readonly ApprovalRequest[]): Record<string, Decision> =>
  Object.fromEntries(
    requests.map(({ id, kind }) => [id, kind === 'interrupted' ? { result: 'did it' } : { approve: true as const }]),
  )

/** Acts as often as its input says. */
const diligent = agent({
  name: 'diligent',
  model: scriptedModel(
    (request) => {
      const many = Number(request.messages.find(({ role }) => role === 'user')?.content)
      const done = toolResults(request).filter(({ content }) => content.startsWith('did ')).length
      const last = toolResults(request).length
      return done < many
        ? calls([{ name: 'act', args: { id: `a${last}` }, id: `a${last}` }], { usage })
        : text(`Done ${done}.`, { usage })
    },
    { price: { input: 10, output: 10 } },
  ),
  tools: [act('act')],
})
const uneven = agent({
  name: 'uneven',
  model: scriptedModel(
    (request) =>
      toolResults(request).length === 0
        ? calls(
            ['6', '1', '1'].map((many, at) => ({ name: 'ask', args: { input: many }, id: `x${many}${at}` })),
            { usage },
          )
        : text(
            toolResults(request)
              .map(({ content }) => content)
              .join(' '),
            { usage },
          ),
    { price: { input: 10, output: 10 } },
  ),
  tools: [diligent.asTool({ name: 'ask', description: 'Works.', distribute: true })],
})
const unevenItems = map(diligent, { distribute: true, concurrency: 3 }).named('uneven items')
const inStages = map(
  pipe(
    (many: string) => many,
    diligent,
    (answer: string) => answer,
  ),
  { distribute: true, concurrency: 3 },
).named('uneven stages')

describe('a part whose share of the budget was too small', () => {
  const needs = ['6', '1', '1']
  const output = ['Done 6.', 'Done 1.', 'Done 1.']

  it.each<[string, object]>([
    ['toolCalls', { toolCalls: 12 }],
    ['tokens', { tokens: 1_400, maxTokensPerStep: 60 }],
    ['usd', { usd: 0.01, maxTokensPerStep: 60 }],
    ['ms', { ms: 60_000, toolCalls: 12 }],
  ])('goes on in the process of its run, with what the whole budget has left: %s', async (_dimension, budget) => {
    const bounded = uneven.with({ budget })
    const engine = new MemoryEngine([bounded])
    const facts = await engine.run('r', startOf(bounded, 'go'))
    expect(await resultFor(bounded, facts)).toMatchObject({ status: 'done', output: output.join(' ') })
    expect(facts.some((one) => one.type === 'part.done' && one.goesOn)).toBe(true)
    for (const items of [unevenItems, inStages]) {
      const other = new MemoryEngine([items])
      const all = await other.run('r', { ...startOf(items, needs), budget })
      expect(await resultFor(items, all)).toMatchObject({ status: 'done', output })
    }
  })

  it('goes on over the death of all processes at any step', { timeout: 60_000 }, async () => {
    for (const [runnable, input] of [
      [uneven.with({ budget: { toolCalls: 16 } }), 'go'],
      [unevenItems, needs],
    ] as const) {
      const start = { ...startOf(runnable, input), ...(input === needs && { budget: { toolCalls: 16 } }) }
      const whole = new MemoryEngine([runnable])
      await whole.run('r', start)
      for (let at = 1; at < whole.steps; at += 3) {
        const engine = new MemoryEngine([runnable], { kill: { at, who: 'all' }, decide: decided })
        const facts = await engine.run('r', start)
        const result = await resultFor(runnable, facts)
        expect(
          [result.status === 'error' ? String(result.error.stack) : result.status, peakOf(facts, 'toolCalls') <= 16],
          `all at ${at}`,
        ).toEqual(['done', true])
      }
    }
  })

  it('ends as `budget` when the whole budget is spent', async () => {
    const bounded = uneven.with({ budget: { toolCalls: 7 } })
    const facts = await new MemoryEngine([bounded]).run('r', startOf(bounded, 'go'))
    expect(peakOf(facts, 'toolCalls')).toBeLessThanOrEqual(7)
    expect(facts.flatMap((one) => (one.type === 'run.done' && one.path !== '' ? [one.outcome.status] : []))).toContain(
      'budget',
    )
    const items = await new MemoryEngine([unevenItems]).run('r', {
      ...startOf(unevenItems, needs),
      budget: { toolCalls: 5 },
    })
    expect(await resultFor(unevenItems, items)).toMatchObject({
      status: 'budget',
      dimension: 'toolCalls',
      allowed: 5,
      spent: 5,
    })
  })
})

const hung: string[] = []
const hanging = agent({
  name: 'hanging',
  model: scriptedModel(() => calls([{ name: 'hang', args: { id: 'a' }, id: 'a' }], { usage })),
  tools: [
    tool({
      name: 'hang',
      parameters,
      execute: (_args, { signal, idempotencyKey }: ToolContext) => {
        hung.push(idempotencyKey)
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      },
    }),
  ],
})
const caller = agent({
  name: 'caller',
  model: scriptedModel(() => calls([{ name: 'ask', args: { input: 'x' }, id: 'x' }], { usage })),
  tools: [hanging.asTool({ name: 'ask', description: 'Hangs.', distribute: true })],
})

describe('an abort of a run with parts elsewhere', () => {
  it.each<[string, AnyRunnable, unknown, number]>([
    ['items of a map', map(hanging, { distribute: true }).named('all'), ['a', 'b'], 2],
    ['a called agent', caller, 'go', 1],
    ['a part in a part', map(caller, { distribute: true }).named('all'), ['a', 'b'], 2],
  ])('reaches %s, and the parent has their last facts', async (_name, runnable, input, count) => {
    hung.length = 0
    const engine = new MemoryEngine([runnable])
    const ended = engine.run('r', startOf(runnable, input))
    await engine.until(() => hung.length === count)
    await engine.link.send('r', { type: 'abort', reason: 'enough' })
    const facts = await ended
    expect(await resultFor(runnable, facts)).toMatchObject({ status: 'aborted', reason: 'enough' })
    await engine.until(() => [...engine.workflows.values()].every(({ status }) => status === 'ended'))
    expect(hung).toHaveLength(count)
    const ends = facts.filter(({ type }) => type === 'run.done')
    expect(ends.map((one) => one.type === 'run.done' && one.outcome)).toEqual(
      ends.map(() => ({ status: 'aborted', reason: 'enough' })),
    )
    for (const { start, facts: own } of engine.workflows.values()) {
      if (!start.part) continue
      const last = (list: readonly Fact[]): unknown =>
        list.filter(({ type, path }) => type === 'tool.done' && path.startsWith(start.part!.path)).length
      expect(last(facts)).toBe(last(own))
    }
  })
})

const asking = agent({
  name: 'asking',
  model: scriptedModel((request) =>
    toolResults(request).length === 0
      ? calls(
          [
            { name: 'refund', args: { id: 'a' }, id: 'a' },
            { name: 'act', args: { id: 'b' }, id: 'b' },
          ],
          { usage },
        )
      : text(String(toolResults(request)[0]?.content), { usage }),
  ),
  tools: [act('act'), act('refund', { needsApproval: true })],
})
const manager = agent({
  name: 'manager',
  model: scriptedModel((request) =>
    toolResults(request).length === 0
      ? calls([{ name: 'ask', args: { input: 'x' }, id: 'x' }], { usage })
      : text(String(toolResults(request)[0]?.content), { usage }),
  ),
  tools: [asking.asTool({ name: 'ask', description: 'Asks.', distribute: true })],
})
const gated = map(
  pipe(
    gate((input: { readonly sum: number }) => `pay ${input.sum}`),
    asking,
  ),
  { distribute: true },
).named('gated')

const approvals: readonly [string, AnyRunnable, unknown][] = [
  ['items of a map', map(asking, { distribute: true }).named('all'), ['x', 'y']],
  ['a called agent', manager, 'go'],
  ['items with a gate before an agent', gated, [{ sum: 1 }, { sum: 2 }]],
  ['a part in a part', map(manager, { distribute: true }).named('all'), ['x']],
]

describe('approvals inside parts', () => {
  it.each(approvals)('reach the root for %s, and decisions reach the parts', async (_name, runnable, input) => {
    const log = memoryLog()
    const own = runnable as unknown as { run(input: unknown, options: object): Promise<Result> }
    const alone = await own.run(input, { log, runId: 'r' })
    const engine = new MemoryEngine([runnable])
    const ended = engine.run('r', startOf(runnable, input))
    let result = alone
    for (let turn = 0; result.status === 'approval' && turn < 3; turn++) {
      await engine.until(() => engine.workflows.get('r')!.status === 'paused')
      const paused = await resultFor(runnable, engine.workflows.get('r')!.facts)
      const { requests } = result
      expect(paused.status === 'approval' && paused.requests.map(({ id }) => id).toSorted()).toEqual(
        requests.map(({ id }) => id).toSorted(),
      )
      const decisions = Object.fromEntries(
        requests.map(({ id, stage }, at) => [
          id,
          {
            approve: true,
            ...(at === 0 && { arguments: stage === undefined ? { id: 'edited' } : { sum: 7 } }),
          } as const,
        ]),
      )
      result = await own.run(undefined, { from: log, decisions })
      expect(await engine.link.send('r', { type: 'decide', decisions })).toBeUndefined()
    }
    expect(await resultFor(runnable, await ended)).toMatchObject({
      status: 'done',
      output: (result as { readonly output?: unknown }).output,
    })
    const { facts } = engine.workflows.get('r')!
    const typesOf = (list: readonly Fact[]): readonly string[] =>
      list
        .filter(({ type }) => !type.startsWith('part.') && type !== 'call.sealed')
        .map(({ type, path }) => `${path} ${type}`)
        .toSorted()
    expect(typesOf(facts)).toEqual(typesOf(log.facts))
  })

  it.each(approvals)(
    'survive for %s the death of all processes',
    { timeout: 60_000 },
    async (_name, runnable, input) => {
      const engineWith = (kill?: Kill): MemoryEngine =>
        new MemoryEngine([runnable], { decide: decided, ...(kill && { kill }) })
      const whole = engineWith()
      const expected = await resultFor(runnable, await whole.run('r', startOf(runnable, input)))
      for (let at = 0; at < whole.steps; at += 2) {
        ran.length = 0
        const facts = await engineWith({ at, who: 'all' }).run('r', startOf(runnable, input))
        const result = await resultFor(runnable, facts)
        expect(
          [result.status, 'error' in result && String(result.error.stack), 'error' in result && result.error.cause],
          `all at ${at}`,
        ).toEqual([expected.status, false, false])
        expect(ran.length, `all at ${at}`).toBe(new Set(ran).size)
      }
    },
  )
})

describe('a part that cannot run', () => {
  it('fails its stage when the worker has another definition', async () => {
    const all = map(worker, { distribute: true, onFailure: 'settle' }).named('all')
    const other = pipe((items: readonly string[]) => items.length).named('all')
    const engine = new MemoryEngine([all], { parts: [other] })
    const facts = await engine.run('r', startOf(all, ['a']))
    const result = await resultFor(all, facts)
    expect(result).toMatchObject({ status: 'error' })
    expect(result.status === 'error' && result.error.message).toContain(
      'The pipeline `all` of this worker has no part at [{"stage":"[0]"}]',
    )
  })
})
