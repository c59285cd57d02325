// How long a call waits at most, and which keys its error names.
import { agent, outputOf, withMiddleware } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults, virtualClock } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { memoryLimits, sharedLimit, SharedLimitError } from './index.ts'
import { settled } from './test/turns.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }

describe('a call that waits for longer than `maxWait`', () => {
  it('fails with a typed error, and those behind it go on', async () => {
    const clock = virtualClock()
    const store = memoryLimits({ clock })
    const limit = (maxWait?: number) => sharedLimit(store, { key: 'm', concurrency: 1, maxWait, clock })
    const end = Promise.withResolvers<void>()
    const model = scriptedModel(async () => (await end.promise, text('Done.')))
    const first = withMiddleware(model, [limit(1_000)]).create!(request, {})
    await settled()
    const second = withMiddleware(model, [limit(1_000)]).create!(request, {}).catch((error: unknown) => error)
    const third = withMiddleware(model, [limit()]).create!(request, {})
    await settled()
    await clock.advance(1_000)
    const { cause } = (await second) as Error
    expect(cause).toBeInstanceOf(SharedLimitError)
    expect(cause).toMatchObject({
      code: 'limit_wait',
      key: 'm',
      retryable: true,
      message:
        'A call under the shared limit `m` did not start within its `maxWait` of 1000 ms. Raise the limit or `maxWait`, or start fewer calls.',
    })
    end.resolve()
    for (const answer of await Promise.all([first, third])) expect(answer.choices[0]?.message.content).toBe('Done.')
  })

  it.each(['an agent as a tool', 'a function that runs an agent'])(
    'names the keys that the calls around it hold, in %s, and ends a deadlock of two keys',
    async (kind) => {
      const store = memoryLimits()
      const bothHold = Promise.withResolvers<void>()
      let count = 0
      /** Holds a unit of `own` while an agent inside needs one of `other`. */
      const crossing = (own: string, other: string) => {
        const look = tool({ name: 'look', parameters: z.object({}), execute: () => 'seen' })
        const inner = agent({
          name: 'inner',
          model: scriptedModel(async (asked) => {
            if (toolResults(asked).length > 0) return text(toolResults(asked)[0]!.content)
            if (++count === 2) bothHold.resolve()
            await bothHold.promise
            return call('look', {})
          }),
          tools: [look],
          middleware: [sharedLimit(store, { key: other, concurrency: 1, maxWait: 200, tools: ['look'] })],
          onToolError: 'message',
        })
        const ask =
          kind === 'an agent as a tool'
            ? inner.asTool({ name: 'ask', description: 'Asks.' })
            : tool({
                name: 'ask',
                parameters: z.object({ input: z.string() }),
                execute: async ({ input }) => outputOf(await inner.run(input)),
              })
        return agent({
          name: 'outer',
          model: scriptedModel([
            call('ask', { input: 'Look.' }),
            (asked) => text(toolResults(asked)[0]?.content ?? ''),
          ]),
          tools: [ask],
          middleware: [sharedLimit(store, { key: own, concurrency: 1, tools: ['ask'] })],
        })
      }
      const outcomes = await Promise.all([crossing('a', 'b'), crossing('b', 'a')].map((one) => one.run('Go.')))
      const answers = outcomes.map((one) => outputOf(one))
      expect(
        answers.filter((answer) => /`maxWait` of 200 ms.*holds a concurrent call of `[ab]`/.test(answer)),
      ).not.toEqual([])
    },
  )
})
