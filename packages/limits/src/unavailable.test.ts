import { withMiddleware } from '@toolloop/core'
import { scriptedModel, text, virtualClock } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { type LimitStore, memoryLimits, sharedLimit, SharedLimitError } from './index.ts'
import { settled } from './test/turns.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }

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
