// Budgets: exact in calls and time, never passed in tokens, counted on after a resume.
import { tool } from '@toolloop/schema'
import {
  call,
  calls,
  checkRequest,
  checkTranscript,
  failure,
  reply,
  scriptedModel,
  text,
  type VirtualClock,
  virtualClock,
} from '@toolloop/testing'
import type { ChatModel, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type BudgetOptions, fallback, type Fact, memoryLog, readRun, RunError, steps } from '../index.ts'
import { Budget } from './budget.ts'

const parameters = z.object({ id: z.string() })
const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => `read ${id}` })

/** A model that never stops and reports no usage. */
function runaway(delta: object = { content: 'and on ' }) {
  const seen: { requests: ModelRequest[]; closed: number; sent: number } = { requests: [], closed: 0, sent: 0 }
  const model: ChatModel = {
    name: 'runaway',
    async *stream(request) {
      seen.requests.push(request)
      try {
        for (;;) {
          await Promise.resolve()
          seen.sent++
          yield {
            id: 'c',
            object: 'chat.completion.chunk',
            created: 0,
            model: 'runaway',
            choices: [{ index: 0, delta, finish_reason: null }],
          }
        }
      } finally {
        seen.closed++
      }
    },
  }
  return { model, seen }
}

const spentIn = (facts: readonly Fact[]): number =>
  facts.reduce(
    (sum, fact) =>
      sum + ((fact.type === 'step.done' || fact.type === 'step.cut') && fact.spent ? fact.spent.tokens : 0),
    0,
  )

describe('a budget of tokens', () => {
  it.each([
    ['text', { content: 'and on ' }],
    ['reasoning', { reasoning_content: 'hmm ' }],
    ['arguments', { tool_calls: [{ index: 0, id: 'c1', function: { name: 'read', arguments: '      ' } }] }],
    ['one large delta', { content: 'x'.repeat(5_000) }],
    ['text of many bytes', { content: '🦉' }],
  ])('cuts a model that never stops before the count passes it: %s', async (_title, delta) => {
    for (const watched of [false, true]) {
      const { model, seen } = runaway(delta)
      const log = memoryLog()
      const worker = agent({ name: 'w', model, tools: [read], budget: { tokens: 500 } })
      const result = watched ? await worker.stream('go', { log }).result : await worker.run('go', { log })
      expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', allowed: 500 })
      expect(seen.requests.length).toBe(1)
      expect(seen.closed).toBe(1)
      expect(spentIn(log.facts)).toBeLessThanOrEqual(500)
      expect(seen.requests[0]!.max_completion_tokens).toBeLessThan(500)
      expect(checkTranscript(result.messages)).toBeUndefined()
    }
  })

  it('keeps the text so far, and says how much is spent', async () => {
    const { model } = runaway()
    const result = await agent({ name: 'w', model, budget: { tokens: 100 } }).run('go')
    expect(result.partial).toMatch(/^(and on )+$/)
    expect(new RunError(result).message).toMatch(
      /^The run has no output: it ended as `budget`: \d+ of 100 tokens are spent\.$/,
    )
  })

  it('sends nothing when the prompt does not fit', async () => {
    const { model, seen } = runaway()
    const result = await agent({ name: 'w', model, budget: { tokens: 100 } }).run('x'.repeat(1_000))
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', spent: 0 })
    expect(seen.requests).toEqual([])
  })

  it('settles by the usage of the provider, and stops when that is spent', async () => {
    const usage = { prompt_tokens: 300, completion_tokens: 50, total_tokens: 350 }
    const model = scriptedModel((_request, index) => call('read', { id: `${index}` }, { usage }))
    const log = memoryLog()
    const result = await agent({ name: 'w', model, tools: [read], budget: { tokens: 1_000 } }).run('go', { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', spent: 1_050, allowed: 1_000 })
    expect(result.steps.length).toBe(3)
  })

  it.each([
    ['negative', { prompt_tokens: -500, completion_tokens: -500, total_tokens: -1_000 }],
    ['infinite', { prompt_tokens: Infinity, completion_tokens: 1, total_tokens: Infinity }],
    ['zero', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ['missing', null],
  ])('counts what was sent where the reported usage is no usage: %s', async (_title, usage) => {
    const model = scriptedModel((_request, index) => call('read', { id: `${index}` }, { usage: usage as never }))
    const log = memoryLog()
    const worker = agent({ name: 'w', model, tools: [read], maxSteps: 100, budget: { tokens: 1_000 } })
    const result = await worker.run('go', { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens' })
    const parts = log.facts.flatMap((fact) => (fact.type === 'step.done' && fact.spent ? fact.spent.tokens : []))
    expect(parts.every((part) => part > 0)).toBe(true)
    expect(spentIn(log.facts)).toBeLessThanOrEqual(1_000)
  })

  it('counts with the function of the user, and sends the least of the limits', async () => {
    const { model, seen } = runaway({ content: 'one two ' })
    const budget = { tokens: 100, countTokens: (words: string) => words.split(' ').length }
    const result = await agent({ name: 'w', model, budget, params: { max_completion_tokens: 9 } }).run('go')
    expect(seen.requests[0]!.max_completion_tokens).toBe(9)
    expect(result).toMatchObject({ status: 'truncated', partial: 'one two one two one two ' })
    const limited = runaway()
    await agent({ name: 'w', model: limited.model, budget: { maxTokensPerStep: 7 } }).run('go')
    expect(limited.seen.requests[0]!.max_completion_tokens).toBe(7)
  })

  it('is the outcome where the server keeps to the limit that was sent', async () => {
    const model = scriptedModel([text('Half an ans', { finishReason: 'length', usage: null })])
    const result = await agent({ name: 'w', model, budget: { tokens: 60 } }).run('go')
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', partial: 'Half an ans' })
  })

  it('never exceeds the sum when runs reserve in parallel', () => {
    const place = { owner: '', clock: virtualClock(), outer: undefined, past: [], onTime: () => {} }
    const budget = new Budget({ tokens: 1_000 }, place)
    const model = scriptedModel([])
    const request = { messages: [{ role: 'user', content: 'go' }] } as ModelRequest
    const taken = ['a', 'b', 'c'].map((path) =>
      budget.reserve({ path, request: { ...request, max_completion_tokens: 400 }, model, isLast: false }),
    )
    const sum = taken.reduce((all, one) => all + ('reserved' in one ? one.reserved.tokens : 0), 0)
    expect(sum).toBeLessThanOrEqual(1_000)
    expect(taken.map((one) => ('limit' in one ? one.limit : undefined))).toEqual([400, 400, 170])
    expect('turns' in budget.reserve({ path: 'd', request, model, isLast: false })).toBe(true)
  })
})

describe('a budget of dollars', () => {
  const prices = { scripted: { input: 1, output: 10 } }
  it('is an error without a price, at the definition', () => {
    expect(() => agent({ name: 'w', model: 'm', budget: { usd: 1 } })).toThrow(
      'Agent `w`: `budget.usd` needs the price of "m": give the model a `price`, or pass `budget.prices`.',
    )
    expect(() => agent({ name: 'w', model: 'm', budget: { tokens: 0 } })).toThrow('`budget`')
    expect(() => agent({ name: 'w', model: 'm', budget: { token: 1 } as BudgetOptions })).toThrow('token')
  })

  it('ends the run before the dollars are spent', async () => {
    const { model, seen } = runaway()
    const budget = { usd: 0.001, prices: { runaway: { input: 1, output: 10 } } }
    const log = memoryLog()
    const result = await agent({ name: 'w', model, budget }).run('go', { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'usd', allowed: 0.001 })
    expect(seen.closed).toBe(1)
    if (result.status === 'budget') expect(result.spent).toBeLessThanOrEqual(0.001)
    if (result.status === 'budget') expect(result.spent).toBeGreaterThan(0.0009)
  })

  it("prices the run's cost by its `prices`, for a fallback by the model that answered", async () => {
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 }
    const models = ['a', 'b'].map((name) => scriptedModel([text('Hi.', { usage })], { name }))
    const budget = { prices: { a: { input: 1, output: 1 }, b: { input: 5, output: 5 } } }
    const [first, second] = models
    expect((await agent({ name: 'w', model: first!, budget }).run('go')).cost).toBe(1)
    const broken = scriptedModel([failure(500)], { name: 'a' })
    const both = agent({ name: 'w', model: fallback([broken, second!]), budget })
    expect((await both.run('go')).cost).toBe(5)
  })

  it('takes the price of the model, and fails a step whose model has none', async () => {
    const model = scriptedModel([text('Hi.')])
    const worker = agent({ name: 'w', model, budget: { usd: 1, prices: { [model.name]: prices.scripted } } })
    expect((await worker.run('go')).status).toBe('done')
    const other = { ...scriptedModel([text('Hi.')]), name: 'unpriced' }
    const switched = await worker.with({ prepareStep: () => ({ model: other }) }).run('go')
    expect(switched).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('"unpriced"') as string },
    })
  })
})

describe('a budget of calls', () => {
  const three = (index: number) =>
    calls([0, 1, 2].map((n) => ({ name: 'read', args: { id: `${index}.${n}` }, id: `c${index}${n}` })))

  it('is exact, and keeps the siblings of the call that is too much', async () => {
    const ran: string[] = []
    const counted = tool({ name: 'read', parameters, execute: ({ id }) => void ran.push(id) })
    const model = scriptedModel((_request, index) => three(index))
    const log = memoryLog()
    const worker = agent({ name: 'w', model, tools: [counted], budget: { toolCalls: 5 } })
    const result = await worker.run('go', { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'toolCalls', spent: 5, allowed: 5 })
    expect(ran).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1'])
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(result.messages.at(-1)).toMatchObject({ content: 'Not run: the budget of tool calls is spent.' })
    const again = await worker.run(undefined, { from: log })
    expect(again).toMatchObject({ status: 'budget', spent: 5 })
    expect(ran.length).toBe(5)
    const more = await worker.with({ budget: { toolCalls: 6 } }).run(undefined, { from: log })
    expect(more).toMatchObject({ status: 'budget', spent: 6 })
  })

  it('gives back a call that an aborted run inside took and did not start', () => {
    const place = { owner: '', clock: virtualClock(), outer: undefined, past: [], onTime: () => {} }
    const budget = new Budget({ toolCalls: 1 }, place)
    expect(budget.takeCall('0:a', 0, 'c1')).toBe(true)
    expect(budget.takeCall('0:b', 0, 'c2')).toBe(false)
    budget.add({
      type: 'run.done',
      outcome: { status: 'aborted', reason: 'lost' },
      seq: 1,
      at: 0,
      run: 'r',
      path: '0:a',
    })
    expect(budget.takeCall('0:b', 0, 'c2')).toBe(true)
  })

  it('lets the model answer with what it has when no call is left', async () => {
    const model = scriptedModel([three(0), text('Done.')])
    const result = await agent({ name: 'w', model, tools: [read], budget: { toolCalls: 3 } }).run('go')
    expect(result).toMatchObject({ status: 'done', output: 'Done.' })
  })

  it('is kept over a resume from every prefix', async () => {
    const model = scriptedModel(({ messages }) => three(messages.filter(({ role }) => role === 'assistant').length))
    const log = memoryLog()
    const worker = agent({ name: 'w', model, tools: [read], budget: { toolCalls: 5 } })
    await worker.run('go', { log })
    for (let length = 1; length < log.facts.length; length++) {
      const prefix = memoryLog((JSON.parse(JSON.stringify(log.facts)) as Fact[]).slice(0, length))
      const result = await worker.stream(undefined, { from: prefix }).result
      expect(result).toMatchObject({ status: 'budget', dimension: 'toolCalls', spent: 5, allowed: 5 })
      const started = prefix.facts.flatMap((fact) => (fact.type === 'tool.start' ? fact.callId : []))
      expect(new Set(started).size).toBe(5)
      expect((await readRun(prefix)).status).toBe('budget')
    }
  })
})

/** Moves the clock until a run has ended. */
async function through<T>(clock: VirtualClock, run: Promise<T>, ms: number): Promise<T> {
  const end = { isHere: false }
  const ended = run.finally(() => {
    end.isHere = true
  })
  while (!end.isHere) await clock.advance(ms)
  return ended
}

describe('a budget of time', () => {
  it('is exact, waits for nobody, and goes on after a resume', async () => {
    const clock = virtualClock(1_000)
    const sleepy = tool({
      name: 'sleep',
      parameters,
      effects: 'none',
      execute: (_args, { signal }) => clock.sleep(400, signal).then(() => 'slept'),
    })
    const pay = tool({ name: 'pay', parameters, needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel(({ messages }) => {
      const step = messages.filter(({ role }) => role === 'assistant').length
      return step === 1 ? call('pay', { id: 'p' }) : call('sleep', { id: `${step}` })
    })
    const worker = agent({ name: 'w', model, tools: [sleepy, pay], budget: { ms: 1_000 } })
    const log = memoryLog()
    const first = through(clock, worker.run('go', { clock, log }), 100)
    expect(await first).toMatchObject({ status: 'approval' })
    await clock.advance(50_000) // a person thinks
    const from = clock.now()
    const paused = await first
    const decisions = paused.status === 'approval' ? { [paused.requests[0]!.id]: { approve: true as const } } : {}
    const second = through(clock, worker.run(undefined, { clock, from: log, decisions }), 10)
    expect(await second).toMatchObject({ status: 'budget', dimension: 'ms', spent: 1_000, allowed: 1_000 })
    expect(clock.now() - from).toBeLessThan(700)
    expect(clock.pending).toBe(0)
  })

  it('does not run while an approver decides', async () => {
    const clock = virtualClock()
    const pay = tool({ name: 'pay', parameters, needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel([call('pay', { id: 'p' }), text('Done.')])
    const approver = () => clock.sleep(60_000).then(() => ({ approve: true as const }))
    const run = agent({ name: 'w', model, tools: [pay], budget: { ms: 1_000 } }).run('go', { clock, approver })
    expect(await through(clock, run, 1_000)).toMatchObject({ status: 'done' })
  })

  it('cancels a silent model and a tool that ignores its signal', async () => {
    const clock = virtualClock()
    const silent: ChatModel = {
      name: 'silent',
      stream: (_request, { signal }) => ({
        [Symbol.asyncIterator]: () => ({
          next: () =>
            new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error))),
        }),
      }),
    }
    const run = agent({ name: 'w', model: silent, wire: 'stream', budget: { ms: 1_000 } }).run('go', { clock })
    expect(await through(clock, run, 100)).toMatchObject({ status: 'budget', dimension: 'ms', spent: 1_000 })
  })
})

describe('a budget over a tree', () => {
  it('is never passed by three agents that run at once, whose servers report nothing', async () => {
    const spawned = [0, 1, 2].map((n) => runaway({ content: `from ${n} ` }))
    const tools = spawned.map(({ model }, n) =>
      agent({ name: `child${n}`, model }).asTool({ name: `ask_${n}`, description: 'Asks a child.' }),
    )
    const model = scriptedModel([
      calls(
        tools.map((one) => ({ name: one.name, args: { input: 'go' } })),
        { usage: null },
      ),
      text('Done.', { usage: null }),
    ])
    const log = memoryLog()
    const root = agent({ name: 'root', model, tools, budget: { tokens: 3_000, maxTokensPerStep: 700 } })
    const result = await root.stream('go', { log }).result
    const most = new Map<string, number>()
    let spent = 0
    for (const fact of log.facts) {
      if (fact.type === 'step.start' && fact.reserved) most.set(fact.path, fact.reserved.tokens)
      if ((fact.type === 'step.done' || fact.type === 'step.cut') && fact.spent) {
        most.delete(fact.path)
        spent += fact.spent.tokens
      }
      const reserved = [...most.values()].reduce((sum, one) => sum + one, 0)
      expect(spent + reserved).toBeLessThanOrEqual(3_000)
    }
    expect(spawned.map(({ seen }) => seen.closed)).toEqual([1, 1, 1])
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens' }) // what they wrote is too much for one more prompt
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('ends a child whose share is spent, and counts its calls', async () => {
    const inner = scriptedModel((_request, index) => call('read', { id: `${index}` }))
    const child = agent({ name: 'child', model: inner, tools: [read] })
    const model = scriptedModel([call('ask', { input: 'go' }), text('Done.')])
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const log = memoryLog()
    const result = await agent({ name: 'root', model, tools, budget: { toolCalls: 3 } }).run('go', { log })
    expect(log.facts.filter(({ type }) => type === 'tool.start').length).toBe(3)
    const words = 'The agent `child` has no complete answer: the budget of 3 toolCalls is spent.'
    expect(result.messages.map(({ content }) => content)).toContain(words)
    expect(result).toMatchObject({ status: 'done', output: 'Done.' })
  })
})

describe('a run that wraps up', () => {
  const usage = null
  const output = z.object({ found: z.number() })

  it.each([
    ['calls', { toolCalls: 2 }],
    ['tokens', { tokens: 3_000, wrapUpTokens: 100 }],
    ['dollars', { usd: 0.01, wrapUpTokens: 100, prices: { scripted: { input: 3, output: 3 } } }],
  ])(
    'answers in one last step without tools, within what was kept for it: %s',
    async (_title, budget: BudgetOptions) => {
      const problems: unknown[] = []
      const requests: ModelRequest[] = []
      const inner = scriptedModel((request, index) => {
        const problem = checkRequest({ model: 'm', ...request })
        if (problem) problems.push(problem)
        requests.push(request)
        return request.tools ? call('read', { id: `${index}` }, { usage }) : text('{"found":7}', { usage })
      })
      const model: ChatModel = { ...inner, name: 'scripted' }
      const log = memoryLog()
      const worker = agent({
        name: 'w',
        model,
        tools: [read],
        output,
        maxSteps: 100,
        budget: { ...budget, onExhausted: 'wrapUp' },
      })
      const result = await worker.run('go', { log })
      expect(problems).toEqual([])
      expect(result).toMatchObject({ status: 'budget', output: { found: 7 } })
      expect(requests.at(-1)!.tools).toBeUndefined()
      expect(requests.filter((request) => !request.tools).length).toBe(1)
      if (budget.tokens) expect(spentIn(log.facts)).toBeLessThanOrEqual(budget.tokens)
      if (budget.tokens) expect(requests.at(-1)!.max_completion_tokens).toBeGreaterThanOrEqual(100)
      expect(checkTranscript(result.messages)).toBeUndefined()
      for (let length = 1; length < log.facts.length; length += 3) {
        const prefix = memoryLog((JSON.parse(JSON.stringify(log.facts)) as Fact[]).slice(0, length))
        const resumed = await worker.run(undefined, { from: prefix })
        expect(resumed).toMatchObject({ status: 'budget', output: { found: 7 } })
      }
    },
  )

  it.each([
    ['the limit of steps', { maxSteps: 2 }],
    ['a condition', { stopWhen: steps(2) }],
    ['the cycle guard', {}],
  ])('takes that step where %s would end the run', async (_title, overrides) => {
    const model = scriptedModel((request) => (request.tools ? call('read', { id: 'same' }) : text('So far.')))
    const budget: BudgetOptions = {
      toolCalls: 'maxSteps' in overrides || 'stopWhen' in overrides ? 1 : 2,
      onExhausted: 'wrapUp',
    }
    const log = memoryLog()
    const result = await agent({ name: 'w', model, tools: [read], budget, ...overrides }).run('go', { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'toolCalls', output: 'So far.' })
    expect(log.facts.some((fact) => fact.type === 'message.add' && fact.origin === 'cycle')).toBe(false)
  })

  it('ends after that step, whatever the model does', async () => {
    const model = scriptedModel((_request, index) => call('read', { id: `${index}` }))
    const worker = agent({ name: 'w', model, tools: [read], budget: { toolCalls: 1, onExhausted: 'wrapUp' } })
    const result = await worker.run('go')
    expect(result).toMatchObject({ status: 'budget', dimension: 'toolCalls', spent: 1 })
    expect(result.steps.length).toBe(3)
    expect('output' in result).toBe(false)
  })

  it('wraps up after an answer that was cut', async () => {
    const model = scriptedModel((request) =>
      JSON.stringify(request.messages.at(-1)).includes('The budget')
        ? text('Short.', { usage })
        : reply({ content: 'x'.repeat(20_000), usage }),
    )
    const result = await agent({
      name: 'w',
      model,
      budget: { tokens: 2_000, wrapUpTokens: 50, onExhausted: 'wrapUp' },
    }).run('go')
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', output: 'Short.' })
  })
})
