import { agent, type Middleware, outputOf } from '@toolloop/core'
import { tool, type ToolContext } from '@toolloop/schema'
import { call, calls as callsOf, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { memoryLimits, sharedLimit } from './index.ts'
import { settled } from './test/turns.ts'

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

  it('two keys that are taken in opposite orders block each other at most for the `timeout` of the outer tool', async () => {
    const store = memoryLimits()
    const bothHold = Promise.withResolvers<void>()
    let holding = 0
    /** Holds a unit of `own`, and runs an agent whose tool needs one of `other`. */
    const crossing = (own: string, other: string) => {
      const look = tool({ name: 'look', parameters: z.object({}), execute: () => 'seen' })
      const inner = agent({
        name: 'inner',
        model: scriptedModel([call('look', {}), text('Seen.')]),
        tools: [look],
        middleware: [sharedLimit(store, { key: other, concurrency: 1, tools: ['look'] })],
      })
      const ask = tool({
        name: 'ask',
        parameters: z.object({}),
        timeout: 300,
        execute: async (_args, { signal }: ToolContext) => {
          if (++holding === 2) bothHold.resolve()
          await bothHold.promise
          return outputOf(await inner.run('Look.', { signal }))
        },
      })
      return agent({
        name: 'outer',
        model: scriptedModel([call('ask', {}), (asked) => text(toolResults(asked)[0]?.content ?? '')]),
        tools: [ask],
        middleware: [sharedLimit(store, { key: own, concurrency: 1, tools: ['ask'] })],
      })
    }
    const crossed = await Promise.all([crossing('a', 'b'), crossing('b', 'a')].map((one) => one.run('Go.')))
    const answers = crossed.map((result) => outputOf(result))
    expect(answers.filter((answer) => answer.includes('300 ms')).length).toBeGreaterThan(0)
    const next = [crossing('a', 'b'), crossing('b', 'a')] // all units are free again
    expect(outputOf(await next[0]!.run('Go.'))).toBe('Seen.')
    expect(outputOf(await next[1]!.run('Go.'))).toBe('Seen.')
  })
})
