// Control of what runs in a pipeline: messages, middlewares, models that circle.
import { agent, type Delivery, type Fact, limitTools, memoryLog, type Middleware } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { map, pipe } from './index.ts'

const read = tool({ name: 'read', parameters: z.object({}), effects: 'none', execute: () => 'seen' })
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]
const reading = () =>
  scriptedModel(({ messages }) => (messages.some(({ role }) => role === 'tool') ? text('Read.') : call('read', {})))

it('takes no messages, and says so at every event', async () => {
  const one = pipe(agent({ name: 'reader', model: reading(), tools: [read] }), (t: string) => t)
  const stream = one.stream('go')
  const told: Promise<Delivery>[] = []
  for await (const event of stream) if (event) told.push(stream.steer('Hurry.'), stream.followUp('And now?'))
  expect(await stream.result).toMatchObject({ status: 'done', output: 'Read.' })
  expect(told.length).toBeGreaterThan(20)
  expect(new Set((await Promise.all(told)).map((delivery) => JSON.stringify(delivery)))).toEqual(
    new Set([JSON.stringify({ delivered: false, reason: 'This kind of run takes no messages.' })]),
  )
})

describe('the middlewares of an agent in a pipeline', () => {
  it('pass once for each call, over a resume from every prefix', async () => {
    const lines: string[] = []
    const noting: Middleware = {
      name: 'noting',
      async *model({ step, runId }, next) {
        lines.push(`${runId} ${step}`)
        yield* next()
      },
      async tool({ idempotencyKey }, next) {
        lines.push(idempotencyKey)
        return next()
      },
    }
    const readers = map(agent({ name: 'reader', model: reading(), tools: [read], middleware: [noting] }))
    const log = memoryLog()
    await readers.run(['1', '2'], { log, runId: 'r' })
    const whole = [...new Set(lines)].toSorted()
    expect(lines.length).toBe(6)
    expect(whole.length).toBe(6)
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      const done = from.facts.flatMap((fact) =>
        fact.type === 'step.done'
          ? `r/${fact.path} ${fact.step}`
          : fact.type === 'tool.done'
            ? `r/${fact.path}/0/${fact.callId}`
            : [],
      )
      lines.length = 0
      expect(await readers.run(undefined, { from })).toMatchObject({ status: 'done', output: ['Read.', 'Read.'] })
      expect(lines.filter((line) => done.includes(line))).toEqual([])
      expect(new Set(lines).size).toBe(lines.length)
    }
  })

  it('fail the stage with their name, and end its calls', async () => {
    const broken: Middleware = { name: 'broken', model: () => expect.unreachable('mine') }
    const failing = pipe(agent({ name: 'reader', model: reading(), middleware: [broken] }), (t: string) => t)
    expect(await failing.run('go')).toMatchObject({
      status: 'error',
      error: { path: 'reader', cause: { name: 'MiddlewareError', middleware: 'broken' } },
    })
    const limited = pipe(
      agent({ name: 'reader', model: reading(), tools: [read], middleware: [limitTools({ read: 0 })] }),
      (t: string) => t,
    )
    const log = memoryLog()
    await limited.run('go', { log })
    expect(JSON.stringify(log.facts)).toContain('Not run: `read` may be called 0 times')
  })

  it('are left when the pipeline is aborted', async () => {
    let isClosed = false
    const holding: Middleware = {
      name: 'holding',
      async *model(_call, next) {
        try {
          for await (const chunks of next()) {
            yield chunks
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        } finally {
          isClosed = true
        }
      },
    }
    const model = scriptedModel([text('x'.repeat(4_000))])
    const one = pipe(agent({ name: 'reader', model, middleware: [holding] }), (t: string) => t)
    const stream = one.stream('go')
    stream.on('content.delta', () => stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
    await expect.poll(() => isClosed).toBe(true)
  })
})

it('fails the stage of an agent that circles, and another run of it has new tries', async () => {
  const circling = scriptedModel(() => call('read', {}))
  const one = pipe(agent({ name: 'reader', model: circling, tools: [read] }), (t: string) => t)
  const log = memoryLog()
  const outcome = {
    status: 'error',
    error: { path: 'reader', result: { status: 'limit', kind: 'cycle', calls: ['read'] } },
  }
  expect(await one.run('go', { log })).toMatchObject(outcome)
  for (let length = 1; length < log.facts.length; length++)
    expect(await one.run(undefined, { from: memoryLog(saved(log.facts.slice(0, length))) })).toMatchObject({
      status: 'error',
      error: { path: 'reader' },
    })
})
