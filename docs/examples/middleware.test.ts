import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calls, scriptedModel, text } from '@toolloop/testing'
import { agent, cache, limitTools, log, type Middleware, redact, retry, tool, withMiddleware } from 'toolloop'
import { fileCache } from 'toolloop/store'
import { expect, test } from 'vitest'
import { z } from 'zod'

const search = tool({ name: 'search', parameters: z.object({ q: z.string() }), effects: 'none', execute: ({ q }) => q })
const searcher = scriptedModel(({ messages }) =>
  messages.some(({ role }) => role === 'tool') ? text('Done.') : calls([{ name: 'search', args: { q: 'Oslo' } }]),
)

test('a middleware', async () => {
  const lines: string[] = []
  const model = searcher
  const print = (line: string) => void lines.push(line)
  // #region first
  const timing: Middleware = {
    name: 'timing',
    async *model(call, next) {
      const began = performance.now()
      yield* next()
      print(`${call.model}: step ${call.step}, ${performance.now() - began} ms`)
    },
    async tool(call, next) {
      const began = performance.now()
      const result = await next()
      print(`${call.name}: step ${call.step}, ${performance.now() - began} ms`)
      return result
    },
  }
  const clerk = agent({ name: 'clerk', model, tools: [search], middleware: [timing] })
  // #endregion
  await clerk.run('Search.')
  expect(lines.length).toBe(3)
})

test('the things a middleware can do', async () => {
  const inner = scriptedModel([text('one'), text('two')])
  const cold: Middleware = {
    name: 'cold',
    // #region request
    model: ({ request }, next) => next({ ...request, temperature: 0 }),
    // #endregion
  }
  const canned: Middleware = {
    name: 'canned',
    // #region short
    async *model({ request, model }, next) {
      if (request.messages.at(-1)?.content !== 'ping') return yield* next()
      const choices = [{ index: 0, delta: { content: 'pong' }, finish_reason: 'stop' }]
      yield { id: 'canned', object: 'chat.completion.chunk', created: 0, model, choices }
    },
    // #endregion
  }
  const whole: Middleware = {
    name: 'whole',
    // #region hold
    async *model(_call, next) {
      const held = []
      for await (const chunks of next()) held.push(...chunks)
      yield held
    },
    // #endregion
  }
  const guarded: Middleware = {
    name: 'guarded',
    // #region tool
    async tool({ name, args, context }, next) {
      if (name === 'search' && !context) return 'Not allowed for you.'
      return await next(args)
    },
    // #endregion
  }
  const clerk = agent({ name: 'clerk', model: inner, tools: [search], middleware: [cold, canned, whole, guarded] })
  expect(await clerk.run('ping')).toMatchObject({ output: 'pong', steps: [{ servedBy: 'canned' }] })
  expect(await clerk.run('go')).toMatchObject({ output: 'one' })
  expect(inner.requests).toMatchObject([{ temperature: 0 }])
})

test('the shipped ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'toolloop-docs-'))
  const model = searcher
  const lines: string[] = []
  // #region shipped
  const clerk = agent({
    name: 'clerk',
    model: withMiddleware(model, [retry(), cache({ store: fileCache(folder) })]),
    tools: [search],
    middleware: [
      log({ write: ({ kind, name, ms, ok }) => lines.push(`${kind} ${name} ${ok ? 'ok' : 'failed'} ${ms}`) }),
      redact({ EMAIL: /[\w.]+@[\w.]+/ }),
      limitTools({ search: 3 }),
    ],
  })
  // #endregion
  expect(await clerk.run('Search.')).toMatchObject({ status: 'done' })
  expect(lines.length).toBe(3)
  await rm(folder, { recursive: true })
})

test('a middleware that needs a context', async () => {
  const model = scriptedModel([text('Seven.')])
  // #region context
  const tenancy: Middleware<{ tenant: string }> = {
    name: 'tenancy',
    model: ({ request, context }, next) => next({ ...request, user: context.tenant }),
  }
  const tenant = agent({ name: 'clerk', model, middleware: [tenancy] })
  await tenant.run('How many owls are there?', { context: { tenant: 'zoo' } }) // without `context` this does not compile
  // #endregion
  expect(model.requests).toMatchObject([{ user: 'zoo' }])
})
