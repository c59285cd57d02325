// The shipped middlewares, each through an agent.
import { tool } from '@toolloop/schema'
import { call, failure, fault, reply, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { type ChatModel, type Completion, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  cache,
  type CacheStore,
  type Fact,
  limitTools,
  log,
  type LogEntry,
  memoryCache,
  memoryLog,
  redact,
  retry,
  withMiddleware,
} from '../index.ts'

const ran: string[] = []
const echo = tool({
  name: 'echo',
  parameters: z.object({ id: z.string() }),
  effects: 'none',
  execute: ({ id }) => {
    ran.push(id)
    return `ran ${id} for bob@example.com`
  },
})
const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }

describe('retry', () => {
  it('retries what failed before the first token, after growing delays, and reports it', async () => {
    for (const wire of ['stream', 'plain'] as const) {
      const clock = virtualClock()
      const model = scriptedModel([failure(503), fault.reset(text('no')), text('hi')])
      const around = retry({ initial: 100, random: () => 1, clock })
      const stream = agent({ name: 'x', model, middleware: [around], wire }).stream('go')
      const delays: number[] = []
      const reading = (async () => {
        for await (const event of stream) if (event.type === 'attempt.retry') delays.push(event.delay)
      })()
      await clock.advance(99)
      expect(model.requests.length).toBe(1)
      await clock.advance(201)
      await reading
      expect(await stream.result).toMatchObject({ status: 'done', output: 'hi' })
      expect(delays).toEqual([100, 200])
    }
  })

  it('gives up after its retries, and does not retry what cannot succeed', async () => {
    const options = { initial: 1, retries: 1 }
    const status = async (...script: Parameters<typeof scriptedModel>[0] & readonly unknown[]) => {
      const model = scriptedModel(script)
      await agent({ name: 'x', model, middleware: [retry(options)] }).run('go')
      return model.requests.length
    }
    expect(await status(failure(503), failure(503), text('hi'))).toBe(2)
    expect(await status(failure(400), text('hi'))).toBe(1)
  })

  it('leaves a stream that broke behind its first token to the step', async () => {
    const broken = fault.cutAt(text('some words here'), 700)
    const model = scriptedModel([broken, text('hi')])
    const stream = agent({ name: 'x', model, middleware: [retry({ initial: 1 })] }).stream('go')
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toContain('step.reset')
    expect(types).not.toContain('attempt.retry')
    expect(await stream.result).toMatchObject({ output: 'hi' })
  })

  it('waits no longer than the run', async () => {
    const controller = new AbortController()
    const clock = virtualClock()
    const model = scriptedModel([failure(503)])
    const running = agent({ name: 'x', model, middleware: [retry({ clock })] }).run('go', { signal: controller.signal })
    await clock.advance(0)
    controller.abort()
    expect(await running).toMatchObject({ status: 'aborted' })
    expect(clock.pending).toBe(0)
  })
})

describe('cache', () => {
  it('answers the same request once, streamed or plain, with zero tokens', async () => {
    const model = scriptedModel([text('hi', { usage })])
    const price = { input: 1e6, output: 1e6 }
    const around = [cache()]
    for (const [wire, servedBy, tokens] of [
      ['stream', undefined, 10],
      ['stream', 'cache', 0],
      ['plain', 'cache', 0],
    ] as const) {
      const result = await agent({ name: 'x', model: { ...model, price }, middleware: around, wire }).run('go')
      expect(result).toMatchObject({
        status: 'done',
        output: 'hi',
        usage: { reported: { total_tokens: tokens } },
        cost: tokens,
      })
      expect(result.steps[0]?.servedBy).toBe(servedBy)
    }
    expect(model.requests.length).toBe(1)
  })

  it('caches calls, and tells requests apart by everything that is sent', async () => {
    const model = scriptedModel(({ messages, temperature }) =>
      messages.at(-1)?.role === 'tool' ? text(`done ${temperature}`) : call('echo', { id: 'a' }),
    )
    const store = memoryCache()
    const run = (temperature: number, model_ = model as ChatModel) =>
      agent({ name: 'x', model: model_, tools: [echo], params: { temperature }, middleware: [cache({ store })] }).run(
        'go',
      )
    const first = await run(0)
    expect((await run(0)).messages).toEqual(first.messages)
    expect(model.requests.length).toBe(2)
    expect(await run(1)).toMatchObject({ output: 'done 1' })
    await run(0, { ...model, name: 'other' })
    expect(model.requests.length).toBe(6)
  })

  it('keeps only complete answers', async () => {
    const incomplete = [
      text('cut', { finishReason: 'length' }),
      text('', { finishReason: 'content_filter' }),
      fault.cutAt(text('some words here'), 700),
      reply({ refusal: 'no' }),
    ]
    for (const one of incomplete) {
      const sets: string[] = []
      const store: CacheStore = { get: () => undefined, set: (key) => void sets.push(key) }
      const model = scriptedModel([one])
      await agent({ name: 'x', model, middleware: [cache({ store })], wire: 'stream', stepRetries: 0 }).run('go')
      expect(sets).toEqual([])
    }
  })

  it('uses a key of the user, and none for `undefined`', async () => {
    const keys: string[] = []
    const store: CacheStore = { get: (key) => void keys.push(key), set: (key) => void keys.push(`set ${key}`) }
    const run = (key: string | undefined) =>
      agent({ name: 'x', model: scriptedModel([text('hi')]), middleware: [cache({ store, key: () => key })] }).run('go')
    await run('mine')
    await run(undefined)
    expect(keys).toEqual(['mine', 'set mine'])
  })

  it('is named when its store fails', async () => {
    const store: CacheStore = { get: () => expect.unreachable('disk'), set: () => {} }
    const result = await agent({ name: 'x', model: scriptedModel([]), middleware: [cache({ store })] }).run('go')
    expect(result).toMatchObject({ status: 'error', error: { middleware: 'cache' } })
  })

  it('drops the answers that were not used for longest', async () => {
    const store = memoryCache(2)
    const answer = (id: string) => ({ id, choices: [] }) as unknown as Completion
    for (const id of ['a', 'b']) void store.set(id, answer(id))
    void store.get('a')
    void store.set('c', answer('c'))
    expect(['a', 'b', 'c'].map((id) => (store.get(id) as Completion | undefined)?.id)).toEqual(['a', undefined, 'c'])
    expect(() => memoryCache(0)).toThrow(UsageError)
  })

  it('caches around a model as well', async () => {
    const model = scriptedModel([text('hi')])
    const cached = withMiddleware(model, [cache()])
    for (let turn = 0; turn < 2; turn++)
      expect(await agent({ name: 'x', model: cached }).run('go')).toMatchObject({ output: 'hi' })
    expect(model.requests.length).toBe(1)
  })
})

it('redact hides text from the model, and from nobody else', async () => {
  const model = scriptedModel([call('echo', { id: 'ann@example.com' }), text('done')])
  const facts = memoryLog()
  const hide = redact({ EMAIL: /\S+@\S+\.\w+/, '$&': /secret/i })
  const worker = agent({
    name: 'x',
    model,
    tools: [echo],
    instructions: 'Write to eve@example.com.',
    middleware: [hide],
  })
  const result = await worker.run('Ask ann@example.com for a Secret', { log: facts })
  const sent = JSON.stringify(model.requests)
  expect(sent).not.toMatch(/example\.com|secret/i)
  expect(model.requests[1]?.messages.map(({ content }) => content)).toEqual([
    'Write to [EMAIL].',
    'Ask [EMAIL] for a [$&]',
    null,
    'ran [EMAIL] for [EMAIL]',
  ])
  expect(model.requests[1]?.messages[2]).toMatchObject({
    tool_calls: [{ function: { arguments: '{"id":"[EMAIL]"}' } }],
  })
  expect(JSON.stringify(result.messages)).toMatch(/Ask ann@example\.com.*ran ann@example\.com/)
  expect(() => redact({})).toThrow(UsageError)
})

it('log reports each call once, without content', async () => {
  const entries: LogEntry[] = []
  const clock = virtualClock()
  const middleware = [log({ write: (entry) => void entries.push(entry), clock })]
  const model = scriptedModel([call('echo', { id: 'a' }, { usage }), failure(500)])
  const worker = agent({ name: 'x', model, tools: [echo], middleware, earlyDispatch: false, wire: 'plain' })
  await worker.run('go', { runId: 'r' })
  const place = { agent: 'x', runId: 'r', ms: 0 }
  expect(entries).toEqual([
    { kind: 'model', name: 'scripted', ...place, step: 0, ok: true, usage },
    { kind: 'tool', name: 'echo', ...place, step: 0, ok: true },
    { kind: 'model', name: 'scripted', ...place, step: 1, ok: false, error: expect.any(String) as string },
  ])
})

it('limitTools stops further calls, tells the model, and counts over a resume', async () => {
  const model = () =>
    scriptedModel(({ messages }) => {
      const count = messages.filter(({ role }) => role === 'tool').length
      return count < 4 ? call('echo', { id: String(count) }, { id: `c${count}` }) : text('done')
    })
  const worker = () => agent({ name: 'x', model: model(), tools: [echo], middleware: [limitTools({ echo: 2 })] })
  const facts = memoryLog()
  ran.length = 0
  const whole = await worker().run('go', { log: facts, runId: 'r' })
  expect(ran).toEqual(['0', '1'])
  expect(whole.steps.slice(0, 4).map(({ calls: [one] }) => one?.ok)).toEqual([true, true, false, false])
  expect(whole.messages.at(-2)?.content).toBe('Not run: `echo` may be called 2 times in a run. Go on without it.')
  for (let length = 1; length < facts.facts.length; length++) {
    const prefix = JSON.parse(JSON.stringify(facts.facts.slice(0, length))) as Fact[]
    const result = await worker().run(undefined, { from: memoryLog(prefix) })
    expect(result.messages, `fact ${length}`).toEqual(whole.messages)
  }
  expect(() => limitTools({ echo: 1.5 })).toThrow(/`echo` is 1.5/)
})
