import { agent, type Middleware, outputOf, retry, withMiddleware } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls as callsOf, failure, scriptedModel, text, toolResults, virtualClock } from '@toolloop/testing'
import { type ChatModel, type Clock, LimitError, type ModelRequest, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type LimitStore, memoryLimits, sharedLimit, SharedLimitError, type SharedLimitOptions } from './index.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }

/** A model whose answers end when the test says so. */
function heldModel(): { model: ChatModel; started: number; end: () => void } {
  const waiting: (() => void)[] = []
  const held = {
    started: 0,
    end: () => waiting.shift()?.(),
    model: {
      name: 'held',
      async *stream() {
        held.started++
        await new Promise<void>((resolve) => waiting.push(resolve))
        yield {
          id: 'c',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'held',
          choices: [{ index: 0, delta: { content: 'Done.' }, finish_reason: 'stop' }],
        }
      },
    } satisfies ChatModel,
  }
  return held
}

/** Lets everything run that waits for nothing but a turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('around model calls', () => {
  it('starts as many as fit, and the next one when one has ended, in order', async () => {
    const held = heldModel()
    const limited = withMiddleware(held.model, [sharedLimit(memoryLimits(), { key: 'm', concurrency: 2 })])
    const ended: number[] = []
    const calls = [0, 1, 2, 3].map(async (at) => {
      await limited.create!(request, {})
      ended.push(at)
    })
    await settled()
    const started = [held.started]
    for (let at = 0; at < 4; at++) {
      held.end()
      await settled()
      started.push(held.started)
    }
    await Promise.all(calls)
    expect({ started, ended }).toEqual({ started: [2, 3, 4, 4, 4], ended: [0, 1, 2, 3] })
  })

  it('holds the units of a stream until it has ended, or its reader leaves', async () => {
    const model = scriptedModel([text('One two three.', { deltaSize: 1 }), text('Two.')])
    const limited = withMiddleware(model, [sharedLimit(memoryLimits(), { key: 'm', concurrency: 1 })])
    const first = limited.stream!(request, {})[Symbol.asyncIterator]()
    await first.next()
    const second = limited.stream!(request, {})[Symbol.asyncIterator]()
    let begun = false
    const next = second.next().then(() => (begun = true))
    await settled()
    expect(begun).toBe(false)
    await first.return!()
    await next
    expect(begun).toBe(true)
  })

  it('releases a unit when the call fails, and lets an aborted wait end at once', async () => {
    const held = heldModel()
    const limited = withMiddleware(held.model, [sharedLimit(memoryLimits(), { key: 'm', concurrency: 1 })])
    const first = limited.create!(request, {})
    const abort = new AbortController()
    const second = limited.create!(request, { signal: abort.signal })
    const third = limited.create!(request, {})
    await settled()
    abort.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    held.end()
    await first
    await settled()
    held.end()
    await expect(third).resolves.toMatchObject({ choices: [{ message: { content: 'Done.' } }] })
  })

  it('waits for the next window by the clock, and reports nothing meanwhile', async () => {
    const clock = virtualClock()
    const model = scriptedModel([text('1'), text('2'), text('3')])
    const limit = sharedLimit(memoryLimits({ clock }), { key: 'm', requestsPerMinute: 2, clock })
    const limited = withMiddleware(model, [limit])
    let done = 0
    const calls = [1, 2, 3].map(async () => (await limited.create!(request, {}), done++))
    await settled()
    const seen = [done]
    for (const ms of [59_000, 4_000]) {
      await clock.advance(ms)
      await settled()
      seen.push(done)
    }
    await Promise.all(calls)
    expect(seen).toEqual([2, 2, 3])
  })

  it('counts the tokens of the answer in place of the estimate', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }
    const clock = virtualClock()
    const store = memoryLimits({ clock })
    const limits = { key: 'm', tokensPerMinute: 200, answerTokens: 150, clock }
    const limited = withMiddleware(scriptedModel(Array.from({ length: 6 }, () => text('Done.', { usage }))), [
      sharedLimit(store, limits),
    ])
    let done = 0
    const calls = Array.from({ length: 6 }, async () => (await limited.create!(request, {}), done++))
    await settled()
    expect(done).toBe(2) // 2 × 20 tokens leave no room for an estimate of 150 and the prompt
    for (let minute = 0; minute < 2; minute++) {
      await clock.advance(62_500)
      await settled()
    }
    expect(done).toBe(6)
    await Promise.all(calls)
  })

  it('makes every call of the key wait after a 429, as long as the server requests', async () => {
    const clock = virtualClock()
    const limits = { key: 'm', concurrency: 5, clock }
    const store = memoryLimits({ clock })
    const failing: ChatModel = {
      name: 'failing',
      create: () => Promise.reject(Object.assign(new Error('slow down'), { status: 429, retryAfter: 7_000 })),
    }
    await expect(withMiddleware(failing, [sharedLimit(store, limits)]).create!(request, {})).rejects.toThrow(
      'slow down',
    )
    const other = withMiddleware(scriptedModel([text('Done.')]), [sharedLimit(store, limits)])
    let isDone = false
    const waiting = other.create!(request, {}).then(() => (isDone = true))
    await settled()
    await clock.advance(6_900)
    await settled()
    expect(isDone).toBe(false)
    await clock.advance(200)
    await waiting
  })

  it('does not wait after a spent quota, which waiting does not refill', async () => {
    const limits = { key: 'm', concurrency: 5 }
    const store = memoryLimits()
    const failing: ChatModel = {
      name: 'failing',
      create: () => Promise.reject(Object.assign(new Error('no money'), { status: 429, retryable: false })),
    }
    await expect(withMiddleware(failing, [sharedLimit(store, limits)]).create!(request, {})).rejects.toThrow('no money')
    await withMiddleware(scriptedModel([text('Done.')]), [sharedLimit(store, limits)]).create!(request, {})
  })

  it('throws for a request that no window has room for', async () => {
    const limited = withMiddleware(scriptedModel([]), [
      sharedLimit(memoryLimits(), { key: 'openai', tokensPerMinute: 6_000, window: 10_000 }),
    ])
    const error: unknown = await limited.create!({ ...request, max_completion_tokens: 2_000 }, {}).catch(
      (one: unknown) => one,
    )
    expect((error as Error).cause).toBeInstanceOf(LimitError)
    expect((error as Error).cause).toMatchObject({ limit: 'tokensPerMinute', allowed: 6_000 })
    expect(String(error)).toContain('reserves 2000 for its answer; `tokensPerMinute` allows 1000 in 10000 ms')
  })

  it('takes units for each attempt inside `retry`, and none for an answer of another layer', async () => {
    const reserved: string[] = []
    const memory = memoryLimits()
    const store: LimitStore = { ...memory, reserve: (one) => (reserved.push(one.key), memory.reserve(one)) }
    const limit = sharedLimit(store, { key: 'm', concurrency: 1, coolDown: 0 })
    const model = scriptedModel([failure(500), text('Done.')])
    await withMiddleware(model, [retry({ initial: 1 }), limit]).create!(request, {})
    expect(reserved).toEqual(['m', 'm'])
    const canned: Middleware = {
      name: 'canned',
      model: async function* () {
        yield {
          id: 'c',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'm',
          choices: [{ index: 0, delta: { content: 'Canned.' }, finish_reason: 'stop' }],
        }
      },
    }
    await withMiddleware(model, [canned, limit]).create!(request, {})
    expect(reserved).toEqual(['m', 'm'])
  })

  it('goes by the clock of the store, whatever the clocks of the processes show', async () => {
    const storeClock = virtualClock(1_000_000)
    const store = memoryLimits({ clock: storeClock })
    const day = 86_400_000
    const models = [-day, day, 0].map((off) => {
      const clock: Clock = { ...storeClock, now: () => storeClock.now() + off }
      return withMiddleware(scriptedModel([text('Done.')]), [
        sharedLimit(store, { key: 'm', requestsPerMinute: 2, clock }),
      ])
    })
    let done = 0
    const all = models.map(async (model) => (await model.create!(request, {}), done++))
    const seen: number[] = []
    for (const ms of [0, 59_500, 2_500]) {
      await storeClock.advance(ms)
      await settled()
      seen.push(done)
    }
    await Promise.all(all)
    expect(seen).toEqual([2, 2, 3])
  })

  it('counts calls with other limits under the same key, and each obeys its own', async () => {
    const store = memoryLimits()
    const held = heldModel()
    const [narrow, wide] = [1, 3].map((concurrency) =>
      withMiddleware(held.model, [sharedLimit(store, { key: 'm', concurrency })]),
    )
    const all = [wide!.create!(request, {}), wide!.create!(request, {})]
    await settled()
    all.push(narrow!.create!(request, {}))
    await settled()
    const started = [held.started]
    for (let at = 0; at < 3; at++) {
      held.end()
      await settled()
      started.push(held.started)
    }
    await Promise.all(all)
    expect(started).toEqual([2, 2, 3, 3])
  })

  it('limits an agent, by a key of the call', async () => {
    const keys: string[] = []
    const memory = memoryLimits()
    const store: LimitStore = { ...memory, reserve: (one) => (keys.push(one.key), memory.reserve(one)) }
    const limit = sharedLimit(store, { key: ({ runId }) => `user-${runId}`, requestsPerMinute: 5 })
    const clerk = agent({ name: 'clerk', model: scriptedModel([text('Hi.')]), middleware: [limit] })
    expect(outputOf(await clerk.run('Hello', { runId: '7' }))).toBe('Hi.')
    expect(keys).toEqual(['user-7'])
  })
})

describe('around tool calls', () => {
  it('limits the tools that it names, and no others', async () => {
    const most: Record<string, number> = {}
    for (const name of ['search', 'note']) {
      let running = 0
      const counting = tool({
        name,
        parameters: z.object({}),
        execute: async () => {
          most[name] = Math.max(most[name] ?? 0, ++running)
          await settled()
          running--
          return 'ok'
        },
      })
      const model = scriptedModel([callsOf([1, 2, 3].map(() => ({ name, args: {} }))), text('Done.')])
      const limit = sharedLimit(memoryLimits(), { key: 'search', concurrency: 1, tools: ['search'] })
      const worker = agent({ name: 'worker', model, tools: [counting], middleware: [limit] })
      expect(outputOf(await worker.run('Go.'))).toBe('Done.')
    }
    expect(most).toEqual({ search: 1, note: 3 })
  })

  describe('calls inside a call that holds a unit of the same key', () => {
    const nested = expect.objectContaining({
      status: 'error',
      error: expect.objectContaining({ cause: expect.objectContaining({ code: 'limit_nested', key: 'k' }) }),
    })
    const look = tool({ name: 'look', parameters: z.object({}), execute: () => 'seen' })
    const innerOf = (limit: Middleware) =>
      agent({
        name: 'inner',
        model: scriptedModel([call('look', {}), text('Seen.')]),
        tools: [look],
        middleware: [limit],
      })
    /** Calls a tool, and answers with its result. */
    const caller = (name: string) =>
      scriptedModel([call(name, { input: 'Look.' }), (asked) => text(toolResults(asked)[0]?.content ?? '')])

    it('fail in an agent that is a tool, at any depth', async () => {
      const limit = sharedLimit(memoryLimits(), { key: 'k', concurrency: 1, tools: ['ask', 'look'] })
      const inner = innerOf(limit)
      const middle = agent({
        name: 'middle',
        model: caller('pass'),
        tools: [inner.asTool({ name: 'pass', description: 'Passes on.' })],
      })
      const ask = middle.asTool({ name: 'ask', description: 'Asks.' })
      const outer = agent({ name: 'outer', model: caller('ask'), tools: [ask], middleware: [limit] })
      expect(outputOf(await outer.run('Go.'))).toContain('holds one of its 1 concurrent calls')
    })

    it('fail in a function that runs an agent, around its model as well', async () => {
      for (const isModel of [false, true]) {
        const store = memoryLimits()
        const limit = sharedLimit(store, { key: 'k', concurrency: 1, tools: ['ask', 'look'] })
        const inner = innerOf(isModel ? sharedLimit(store, { key: 'k', concurrency: 1 }) : limit)
        const results: unknown[] = []
        const ask = tool({
          name: 'ask',
          parameters: z.object({ input: z.string() }),
          execute: async ({ input }) => void results.push(await inner.run(input)),
        })
        await agent({ name: 'outer', model: caller('ask'), tools: [ask], middleware: [limit] }).run('Go.')
        expect(results).toEqual([nested])
      }
    })

    it('start in work that goes on when the call has ended, and without a limit of concurrent calls', async () => {
      const store = memoryLimits()
      const rest: Promise<unknown>[] = []
      const unbounded = sharedLimit(store, { key: 'rate', requestsPerMinute: 5, tools: ['ask', 'look'] })
      const bounded = sharedLimit(store, { key: 'k', concurrency: 1, tools: ['ask', 'look'] })
      for (const limit of [unbounded, bounded]) {
        const ask = tool({
          name: 'ask',
          parameters: z.object({ input: z.string() }),
          execute: ({ input }) => {
            const later = limit === bounded ? settled() : Promise.resolve()
            rest.push(later.then(() => innerOf(limit).run(input)))
            return 'started'
          },
        })
        await agent({ name: 'outer', model: caller('ask'), tools: [ask], middleware: [limit] }).run('Go.')
      }
      expect(await Promise.all(rest)).toMatchObject([{ status: 'done' }, { status: 'done' }])
    })
  })
})

describe('a store that fails', () => {
  const broken = (failures: number): LimitStore => {
    const memory = memoryLimits()
    return {
      ...memory,
      reserve: (one) => (failures-- > 0 ? Promise.reject(new Error('connection refused')) : memory.reserve(one)),
    }
  }
  const limits = { key: 'm', concurrency: 1 }

  it('is waited for, which is reported as a retry', async () => {
    const limited = withMiddleware(scriptedModel([text('Done.')]), [sharedLimit(broken(2), limits)])
    const retries: object[] = []
    await limited.create!(request, {
      onRetry: ({ attempt, delay, error }) => retries.push({ attempt, delay, error: error.message }),
    })
    expect(retries).toEqual([
      { attempt: 1, delay: 100, error: 'connection refused' },
      { attempt: 2, delay: 200, error: 'connection refused' },
    ])
  })

  it('fails the call with `fail`, with a typed error that names the key', async () => {
    const limit = sharedLimit(broken(1), { ...limits, onUnavailable: 'fail' })
    const error: unknown = await withMiddleware(scriptedModel([]), [limit]).create!(request, {}).catch(
      (one: unknown) => one,
    )
    expect((error as Error).cause).toBeInstanceOf(SharedLimitError)
    expect((error as Error).cause).toMatchObject({
      code: 'limit_store',
      key: 'm',
      retryable: true,
      cause: { message: 'connection refused' },
    })
  })

  it('lets the call start without a limit with `allow`', async () => {
    const limit = sharedLimit(broken(1), { ...limits, onUnavailable: 'allow' })
    const answer = await withMiddleware(scriptedModel([text('Done.')]), [limit]).create!(request, {})
    expect(answer.choices[0]?.message.content).toBe('Done.')
  })

  it('fails when it does not answer in time, and what it reserves later is given back', async () => {
    const clock = virtualClock()
    const memory = memoryLimits({ clock })
    const late = Promise.withResolvers<void>()
    const store: LimitStore = { ...memory, reserve: async (one) => (await late.promise, memory.reserve(one)) }
    const limit = sharedLimit(store, { ...limits, onUnavailable: 'fail', storeTimeout: 3_000, clock })
    const failed = withMiddleware(scriptedModel([]), [limit]).create!(request, {}).catch((one: unknown) => one)
    await clock.advance(3_000)
    expect(String(await failed)).toContain('did not answer within 3000 ms')
    late.resolve()
    await settled()
    const next = withMiddleware(scriptedModel([text('Done.')]), [sharedLimit(memory, { ...limits, clock })])
    await next.create!(request, {})
  })
})

describe('options', () => {
  const invalid: readonly [options: object, message: string][] = [
    [{ concurrency: 1 }, 'needs a `key`'],
    [{ key: '', concurrency: 1 }, '`key` is ""'],
    [{ key: 'x'.repeat(501), concurrency: 1 }, 'a text of 1 to 500 characters'],
    [{ key: 'm' }, 'limits nothing'],
    [{ key: 'm', concurrency: 0 }, '`concurrency` is 0'],
    [{ key: 'm', concurrency: Number.NaN }, '`concurrency` is NaN'],
    [{ key: 'm', concurrency: Infinity }, '`concurrency` is Infinity'],
    [{ key: 'm', requestsPerMinute: 0.5 }, '`requestsPerMinute` is 0.5'],
    [{ key: 'm', requestsPerMinute: -1 }, '`requestsPerMinute` is -1'],
    [{ key: 'm', requestsPerMinute: 2 ** 60 }, 'leave it out for no limit'],
    [{ key: 'm', requestsPerMinute: 10, window: 1_000 }, 'less than 1 in a `window` of 1000 ms'],
    [{ key: 'm', tokensPerMinute: 10, tools: ['a'] }, 'leave `tokensPerMinute` out'],
    [{ key: 'm', concurrency: 1, tools: [] }, '`tools` is []'],
    [{ key: 'm', concurrency: 1, lease: 1 }, '`lease` is 1'],
    [{ key: 'm', concurrency: 1, onUnavailable: 'block' }, '`onUnavailable` is "block"'],
    [{ key: 'm', concurrency: 1, rpm: 5 }, 'has no option `rpm`'],
  ]
  it.each(invalid)('%j throw', (options, message) => {
    expect(() => sharedLimit(memoryLimits(), options as SharedLimitOptions)).toThrow(UsageError)
    expect(() => sharedLimit(memoryLimits(), options as SharedLimitOptions)).toThrow(message)
  })

  it('take the largest whole numbers', async () => {
    const most = Number.MAX_SAFE_INTEGER
    const limit = sharedLimit(memoryLimits(), {
      key: 'm',
      requestsPerMinute: most,
      tokensPerMinute: most,
      concurrency: most,
    })
    const answer = await withMiddleware(scriptedModel([text('Done.')]), [limit]).create!(request, {})
    expect(answer.choices[0]?.message.content).toBe('Done.')
  })
})
