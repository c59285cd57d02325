import { withMiddleware } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import { UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { memoryLimits, sharedLimit, type SharedLimitOptions } from './index.ts'

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
    const answer = await withMiddleware(scriptedModel([text('Done.')]), [limit]).create!(
      { messages: [{ role: 'user', content: 'Go.' }] },
      {},
    )
    expect(answer.choices[0]?.message.content).toBe('Done.')
  })
})
