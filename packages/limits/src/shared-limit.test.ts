import { agent, type Middleware, outputOf, retry, withMiddleware } from '@toolloop/core'
import { failure, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { type ChatModel, type Clock, LimitError, type ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { type LimitStore, memoryLimits, sharedLimit } from './index.ts'
import { settled } from './test/turns.ts'

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
