// Budgets inside a tree of runs: what each level may use, what is kept to wrap up, what a resume goes on counting.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tool } from '@toolloop/schema'
import { call, calls, failure, fault, scriptedModel, text, type VirtualClock, virtualClock } from '@toolloop/testing'
import { chatModel, Transport } from '@toolloop/transport'
import type { Message, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type BudgetOptions, type Fact, fallback, memoryLog, type Middleware, replay } from '../index.ts'

const parameters = z.object({ id: z.string() })
const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => `read ${id}` })
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]
const textOf = (message: Message | undefined): string => (typeof message?.content === 'string' ? message.content : '')
const answers = (messages: readonly Message[]): number => messages.filter(({ role }) => role === 'assistant').length

const usedIn = (facts: readonly Fact[], of: 'tokens' | 'usd' = 'tokens'): number =>
  facts.reduce((sum, fact) => sum + ('spent' in fact && fact.spent ? (fact.spent[of] ?? 0) : 0), 0)

/** Moves the clock until a run has ended. */
async function through<T>(clock: VirtualClock, run: Promise<T>, ms: number): Promise<T> {
  const end = { isHere: false }
  const ended = run.finally(() => {
    end.isHere = true
  })
  while (!end.isHere) await clock.advance(ms)
  return ended
}

describe('a step without an answer', () => {
  it('takes its prompt from the budget, not what it had reserved', async () => {
    const model = scriptedModel([failure(500), text('Hi.')])
    const worker = agent({ name: 'w', model, budget: { tokens: 1_000 } })
    const log = memoryLog()
    expect(await worker.run('go', { log })).toMatchObject({ status: 'error' })
    expect(usedIn(log.facts)).toBeLessThan(30)
    expect(usedIn(log.facts)).toBeGreaterThan(0)
    expect(await worker.run(undefined, { from: log })).toMatchObject({ status: 'done', output: 'Hi.' })
  })

  it('leaves the others what it does not use', async () => {
    const broken = agent({ name: 'broken', model: scriptedModel([failure(500)]) })
    const fine = agent({ name: 'fine', model: scriptedModel([text('Hi.')]) })
    const tools = [
      broken.asTool({ name: 'broken', description: 'Fails.' }),
      fine.asTool({ name: 'fine', description: 'Answers.' }),
    ]
    const model = scriptedModel([call('broken', { input: 'go' }), call('fine', { input: 'go' }), text('Done.')])
    const result = await agent({ name: 'root', model, tools, budget: { tokens: 3_000 } }).run('go')
    expect(result).toMatchObject({ status: 'done', children: [{ status: 'error' }, { status: 'done' }] })
  })

  it('takes what an attempt before it had used', async () => {
    const cut = fault.cutAt(text('x'.repeat(600), { deltaSize: 100 }), 1_000)
    const model = scriptedModel([cut, failure(401)])
    const log = memoryLog()
    const result = await agent({ name: 'w', model, budget: { tokens: 5_000 } }).run('go', { log })
    expect(result).toMatchObject({ status: 'error', error: { status: 401 } })
    expect(usedIn(log.facts)).toBeGreaterThan(50)
  })
})

describe('a second attempt of a step', () => {
  it('has the whole limit that the caller set', async () => {
    const long = 'x'.repeat(3_000)
    const model = scriptedModel([fault.cutAt(text('begun and more'), 600), text('Fine.')])
    const worker = agent({ name: 'w', model, params: { max_completion_tokens: 100 }, budget: { tokens: 5_000 } })
    const log = memoryLog()
    expect(await worker.run(long, { log })).toMatchObject({ status: 'done', output: 'Fine.' })
    expect(usedIn(log.facts)).toBeGreaterThan(1_500) // both prompts
  })

  it('is not sent where the budget has no room for it', async () => {
    const model = scriptedModel([fault.cutAt(text('begun and more'), 600), text('Fine.')])
    const worker = agent({ name: 'w', model, budget: { tokens: 1_200 } })
    expect(await worker.run('x'.repeat(3_000))).toMatchObject({ status: 'budget', dimension: 'tokens' })
    expect(model.requests.length).toBe(1)
  })
})

describe('a model made of several, under a budget', () => {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
  const prices = { a: { input: 10, output: 10 }, b: { input: 1, output: 2 } }

  it.each([
    ['prices of the budget', {}, prices],
    ['prices of the models', prices, undefined],
  ])('is priced by the model that answered: %s', async (_title, own: Partial<typeof prices>, given) => {
    const models = [
      scriptedModel([failure(500)], { name: 'a', ...(own.a && { price: own.a }) }),
      scriptedModel([text('Hi.', { usage })], { name: 'b', ...(own.b && { price: own.b }) }),
    ]
    const log = memoryLog()
    const worker = agent({ name: 'w', model: fallback(models), budget: { usd: 1, ...(given && { prices: given }) } })
    const result = await worker.run('go', { log })
    expect(result).toMatchObject({ status: 'done', steps: [{ servedBy: 'b' }] })
    expect(usedIn(log.facts, 'usd')).toBeCloseTo((100 * 1 + 10 * 2) / 1e6, 10)
    const [start] = log.facts.flatMap((fact) => (fact.type === 'step.start' ? fact : []))
    expect(start!.reserved!.usd).toBeGreaterThan(0.9) // by the highest price, as nobody knows which one answers
  })

  it('needs the price of each', () => {
    const models = [scriptedModel([], { name: 'a', price: prices.a }), scriptedModel([], { name: 'b' })]
    expect(() => agent({ name: 'w', model: fallback(models), budget: { usd: 1 } })).toThrow(
      '`budget.usd` needs the price',
    )
  })

  it('counts the text of a model that broke off, at its price', async () => {
    const begun = 'x'.repeat(300)
    const models = [
      scriptedModel([fault.error(text(begun, { deltaSize: 100 }), 3)], { name: 'a', price: prices.a }),
      scriptedModel([text(' and the rest.', { usage })], { name: 'b', price: prices.b }),
    ]
    const log = memoryLog()
    const model = fallback(models, { partial: 'continue' })
    const result = await agent({ name: 'w', model, budget: { usd: 1 } }).run('go', { log })
    expect(result).toMatchObject({ status: 'done', output: expect.stringMatching(/^x+ and the rest\.$/) as string })
    const ofB = (100 * 1 + 10 * 2) / 1e6
    expect(usedIn(log.facts, 'usd')).toBeGreaterThan(ofB + (60 * 10) / 1e6)
    expect(usedIn(log.facts)).toBeGreaterThan(110 + 60)
  })

  it('counts nothing for an answer of a middleware, for which no request was sent', async () => {
    const canned: Middleware = {
      name: 'canned',
      model: async () => ({ ...(await model.create({ messages: [] }, {})) }),
    }
    const model = scriptedModel([text('Canned.', { usage: null })])
    const log = memoryLog()
    const result = await agent({ name: 'w', model, middleware: [canned], budget: { tokens: 5_000 } }).run('go', { log })
    expect(result).toMatchObject({ status: 'done', steps: [{ servedBy: 'canned' }] })
    expect(usedIn(log.facts)).toBe(0)
  })
})

describe('the own budget of an agent inside another run', () => {
  const forever = () => scriptedModel(({ messages }) => call('read', { id: `${answers(messages)}` }, { usage: null }))
  const asking = () => scriptedModel([call('ask', { input: 'go' }), text('Done.')])

  it('holds for that agent only', async () => {
    const child = agent({ name: 'child', model: forever(), tools: [read], budget: { toolCalls: 3 } })
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const log = memoryLog()
    const result = await agent({ name: 'root', model: asking(), tools }).run('go', { log })
    expect(result).toMatchObject({
      status: 'done',
      children: [{ status: 'budget', outcome: { spent: 3, allowed: 3 } }],
    })
    expect(log.facts.filter(({ type, path }) => type === 'tool.start' && path !== '').length).toBe(3)
  })

  it('holds within that of the run around it', async () => {
    const child = agent({ name: 'child', model: forever(), tools: [read], budget: { toolCalls: 30 } })
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const result = await agent({ name: 'root', model: asking(), tools, budget: { toolCalls: 4 } }).run('go')
    expect(result.children).toMatchObject([{ status: 'budget', outcome: { spent: 4, allowed: 4 } }])
  })

  it.each([
    ['calls', { toolCalls: 2 }],
    ['tokens', { tokens: 3_000, wrapUpTokens: 100 }],
    ['dollars', { usd: 0.01, wrapUpTokens: 100, prices: { inner: { input: 3, output: 3 } } }],
  ])(
    'wraps up within it, and its answer is the result of the call, from every prefix: %s',
    async (_title, own: BudgetOptions) => {
      const requests: ModelRequest[] = []
      const model = scriptedModel(
        (request) => {
          requests.push(request)
          const { messages, tools } = request
          return tools
            ? call('read', { id: `${answers(messages)}` }, { usage: null })
            : text('{"found":7}', { usage: null })
        },
        { name: 'inner' },
      )
      const budget: BudgetOptions = { ...own, onExhausted: 'wrapUp' }
      const output = z.object({ found: z.number() })
      const child = agent({ name: 'child', model, tools: [read], output, maxSteps: 100, budget })
      const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
      const outer = scriptedModel(({ messages }) =>
        answers(messages) === 0 ? call('ask', { input: 'go' }) : text(`It says ${textOf(messages.at(-1))}.`),
      )
      const root = agent({ name: 'root', model: outer, tools })
      const log = memoryLog()
      const expected = { status: 'done', output: 'It says {"found":7}.' }
      expect(await root.run('go', { log })).toMatchObject(expected)
      expect(requests.filter((request) => !request.tools).length).toBe(1)
      const inside = log.facts.filter(({ path }) => path !== '')
      if (budget.tokens) expect(usedIn(inside)).toBeLessThanOrEqual(budget.tokens)
      if (budget.usd) expect(usedIn(inside, 'usd')).toBeLessThanOrEqual(budget.usd)
      for (let length = 1; length < log.facts.length; length++) {
        const from = memoryLog(saved(log.facts.slice(0, length)))
        // A process that dies during the last step has used all that was left for it.
        const isLost = from.facts.at(-1)!.type === 'step.start' && from.facts.at(-2)!.type === 'message.add'
        const lost = isLost && own.toolCalls === undefined
        expect(await root.run(undefined, { from })).toMatchObject(lost ? { status: 'done' } : expected)
      }
    },
  )
})

describe('a run that wraps up what agents inside it have spent', () => {
  it('has kept enough for its own prompt and for what they answered', async () => {
    const long = scriptedModel(() => text('x'.repeat(12_000), { usage: null }))
    const tools = [0, 1, 2].map((n) =>
      agent({ name: `child${n}`, model: long }).asTool({ name: `ask_${n}`, description: 'Asks.' }),
    )
    const model = scriptedModel((request) =>
      request.tools
        ? calls(
            tools.map(({ name }) => ({ name, args: { input: 'go' } })),
            { usage: null },
          )
        : text('What I know.', { usage: null }),
    )
    const log = memoryLog()
    const budget: BudgetOptions = { tokens: 12_000, maxTokensPerStep: 2_500, wrapUpTokens: 200, onExhausted: 'wrapUp' }
    const root = agent({ name: 'root', model, tools, budget })
    const result = await root.run('x'.repeat(6_000), { log })
    expect(result).toMatchObject({ status: 'budget', dimension: 'tokens', output: 'What I know.' })
    expect(usedIn(log.facts)).toBeLessThanOrEqual(12_000)
    expect(model.requests.at(-1)!.max_completion_tokens).toBeGreaterThanOrEqual(200)
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      const again = await root.run(undefined, { from })
      expect(again.status).toBe('budget')
      expect(usedIn(from.facts)).toBeLessThanOrEqual(12_000)
    }
  })

  it('is replayed from its log', async () => {
    const model = scriptedModel((request) =>
      request.tools ? call('read', { id: `${answers(request.messages)}` }) : text('{"found":7}'),
    )
    const budget: BudgetOptions = { toolCalls: 2, onExhausted: 'wrapUp' }
    const worker = agent({ name: 'w', model, tools: [read], output: z.object({ found: z.number() }), budget })
    const log = memoryLog()
    await worker.run('go', { log })
    expect(await replay(log, worker)).toMatchObject({ status: 'budget', outcome: { dimension: 'toolCalls', spent: 2 } })
  })
})

describe('a budget over a tree goes on counting from every prefix', () => {
  const usage = { prompt_tokens: 40, completion_tokens: 10, total_tokens: 50 }
  const tree = (budget: BudgetOptions) => {
    const inner = scriptedModel(({ messages }) => call('read', { id: `${answers(messages)}` }, { usage }), {
      name: 'm',
    })
    const child = agent({ name: 'child', model: inner, tools: [read], maxSteps: 100 })
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const outer = scriptedModel(() => call('ask', { input: 'go' }, { usage }), { name: 'm' })
    return agent({ name: 'root', model: outer, tools, maxSteps: 100, budget })
  }

  it.each([
    ['toolCalls', 6, {}],
    ['tokens', 900, { maxTokensPerStep: 30 }],
    ['usd', 0.000_9, { maxTokensPerStep: 30, prices: { m: { input: 1, output: 1 } } }],
  ] as const)('%s', async (dimension, allowed, others) => {
    const budget: BudgetOptions = { [dimension]: allowed, ...others }
    const root = tree(budget)
    const log = memoryLog()
    expect(await root.run('go', { log })).toMatchObject({ status: 'budget', dimension })
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      expect(await root.run(undefined, { from }), `${length}`).toMatchObject({ status: 'budget', dimension })
      const started = from.facts.flatMap((fact) => (fact.type === 'tool.start' ? `${fact.path} ${fact.callId}` : []))
      if (dimension === 'toolCalls') expect(new Set(started).size).toBe(6)
      else expect(usedIn(from.facts, dimension)).toBeLessThanOrEqual(allowed)
    }
  })

  it('ms: each process has what those before it have left', async () => {
    const run = async (from: readonly Fact[], at: number) => {
      const clock = virtualClock(at)
      const sleepy = tool({
        name: 'sleep',
        parameters,
        effects: 'none',
        execute: (_args, { signal }) => clock.sleep(400, signal).then(() => 'slept'),
      })
      const inner = scriptedModel(({ messages }) => call('sleep', { id: `${answers(messages)}` }))
      const child = agent({ name: 'child', model: inner, tools: [sleepy] })
      const outer = scriptedModel(() => call('ask', { input: 'go' }))
      const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
      const root = agent({ name: 'root', model: outer, tools, budget: { ms: 1_000 } })
      const log = memoryLog(saved(from))
      const options = from.length > 0 ? { clock, from: log } : { clock, log }
      const result = await through(clock, root.run(from.length > 0 ? undefined : 'go', options), 20)
      expect(result).toMatchObject({ status: 'budget', dimension: 'ms', spent: 1_000, allowed: 1_000 })
      expect(clock.pending).toBe(0)
      return { facts: log.facts, took: clock.now() - at }
    }
    const { facts } = await run([], 0)
    for (let length = 1; length < facts.length; length++) {
      const before = facts[length - 1]!.at
      const { took } = await run(facts.slice(0, length), 1e6)
      expect(took, `fact ${length}`).toBeGreaterThanOrEqual(1_000 - before)
      expect(took, `fact ${length}`).toBeLessThan(1_000 - before + 800) // and a moment for what is cancelled
    }
  })
})

describe('a budget of time over a tree', () => {
  const pay = tool({ name: 'pay', parameters, needsApproval: true, execute: () => 'paid' })
  const payer = () =>
    agent({
      name: 'payer',
      model: scriptedModel(({ messages }) => (answers(messages) === 0 ? call('pay', { id: 'p' }) : text('Paid.'))),
      tools: [pay],
    })

  it('does not run while an agent inside waits for a person', async () => {
    const clock = virtualClock()
    const tools = [payer().asTool({ name: 'ask', description: 'Pays.' })]
    const model = scriptedModel([call('ask', { input: 'go' }), text('Done.')])
    const root = agent({ name: 'root', model, tools, budget: { ms: 1_000 } })
    const approver = () => clock.sleep(60_000).then(() => ({ approve: true as const }))
    expect(await through(clock, root.run('go', { clock, approver }), 1_000)).toMatchObject({
      status: 'done',
      output: 'Done.',
    })
    expect(clock.pending).toBe(0)
  })

  it('runs while another agent works beside it', async () => {
    const clock = virtualClock()
    const sleepy = tool({
      name: 'sleep',
      parameters,
      effects: 'none',
      execute: (_args, { signal }) => clock.sleep(5_000, signal).then(() => 'slept'),
    })
    const sleeper = agent({ name: 'sleeper', model: scriptedModel([call('sleep', { id: '' })]), tools: [sleepy] })
    const tools = [
      payer().asTool({ name: 'ask', description: 'Pays.' }),
      sleeper.asTool({ name: 'wait', description: 'Sleeps.' }),
    ]
    const model = scriptedModel([calls(tools.map(({ name }) => ({ name, args: { input: 'go' } })))])
    const root = agent({ name: 'root', model, tools, budget: { ms: 1_000 } })
    const approver = () => clock.sleep(60_000).then(() => ({ approve: true as const }))
    expect(await through(clock, root.run('go', { clock, approver }), 100)).toMatchObject({
      status: 'budget',
      dimension: 'ms',
      spent: 1_000,
    })
  })

  it('ends only the agent whose own it is', async () => {
    const clock = virtualClock()
    const sleepy = tool({
      name: 'sleep',
      parameters,
      execute: (_args, { signal }) => clock.sleep(5_000, signal).then(() => 'slept'),
    })
    const sleeper = agent({
      name: 'sleeper',
      model: scriptedModel([call('sleep', { id: '' })]),
      tools: [sleepy],
      budget: { ms: 1_000 },
    })
    const tools = [sleeper.asTool({ name: 'wait', description: 'Sleeps.' })]
    const model = scriptedModel([call('wait', { input: 'go' }), text('Done.')])
    const run = agent({ name: 'root', model, tools }).run('go', { clock })
    expect(await through(clock, run, 100)).toMatchObject({
      status: 'done',
      children: [{ status: 'budget', outcome: { dimension: 'ms', spent: 1_000 } }],
    })
    expect(clock.now()).toBeLessThan(2_000)
  })
})

/** A server whose model never stops. `closed` resolves when the client hangs up. */
async function endlessServer() {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const choices = [{ index: 0, delta: { content: 'and on ' }, finish_reason: null }]
  const event = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices })}\n\n`
  const server = createServer((_request, response) => {
    response.on('close', resolve)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const write = (): void => {
      if (!response.destroyed) response.write(event, () => setImmediate(write))
    }
    write()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    closed,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  }
}

describe('a model inside a tree that never stops and reports no usage', () => {
  it('is cut before the count passes the budget, and its server sees the connection close', async () => {
    await using server = await endlessServer()
    const transport = new Transport({ baseURL: server.url, apiKey: 'k', maxRetries: 0 })
    const child = agent({ name: 'child', model: chatModel(transport, 'm') })
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const model = scriptedModel([call('ask', { input: 'go' }, { usage: null }), text('Done.', { usage: null })])
    const log = memoryLog()
    const result = await agent({ name: 'root', model, tools, budget: { tokens: 2_000 } }).run('go', { log })
    expect(result.children).toMatchObject([{ status: 'budget', outcome: { dimension: 'tokens', allowed: 2_000 } }])
    expect(usedIn(log.facts)).toBeLessThanOrEqual(2_000)
    await server.closed
    await transport.close()
  })
})
