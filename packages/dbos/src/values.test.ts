// What runs may contain, in a worker in this process on a real Postgres.
import { agent } from '@toolloop/core'
import { pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, type EngineClient, serve, type Served } from './index.ts'

const minute = 60_000

/** Answers with the user's last message, after a call that repeats it. */
const echo = agent({
  name: 'echo',
  model: scriptedModel((request) => {
    const { content } = request.messages.findLast(({ role }) => role === 'user') as { content: string }
    return toolResults(request).length === 0 ? call('repeat', { what: content }, { id: 'a' }) : text(content)
  }),
  tools: [
    tool({
      name: 'repeat',
      parameters: z.object({ what: z.string() }),
      effects: 'none',
      execute: ({ what }) => ({ what, details: { [what.slice(0, 20)]: what } }),
    }),
  ],
})
const talker = agent({ name: 'talker', model: scriptedModel(() => text('Hello.')) })
const same = pipe((value: unknown) => value).named('same')
/** Ten steps with sixty calls each. */
const counter = agent({
  name: 'counter',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    const sixty = Array.from({ length: 60 }, (_, index) => ({ name: 'count', args: { at: done + index } }))
    return done < 600 ? calls(sixty) : text('Done.')
  }),
  tools: [
    tool({ name: 'count', parameters: z.object({ at: z.number() }), effects: 'none', execute: ({ at }) => at + 1 }),
  ],
})

let postgres: Postgres
let worker: Served
let runs: EngineClient

describe.skipIf(postgresMissing !== undefined)(`values of runs on DBOS ${postgresMissing ?? ''}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } })
    worker = await serve([echo, talker, same, counter], { database: postgres.url, pollInterval: 20 })
    runs = client(postgres.url)
  }, minute)
  afterAll(async () => {
    await runs.close()
    await worker.stop()
    await postgres.stop()
  }, minute)

  it.each([
    ['NUL', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800b'],
    ['escapes of both', String.raw`a\u0000\ud800b`],
    ['characters of four bytes', '👩‍👩‍👧‍👦'.repeat(10)],
    ['a key of prototypes', 'constructor'],
  ])('carries %s through input, facts, progress and result', async (_name, said) => {
    const inMemory = await echo.run(said)
    const stream = runs.stream(echo, said)
    const facts: unknown[] = []
    for await (const event of stream) if ('seq' in event) facts.push(event)
    const result = await stream.result
    expect({ status: result.status, messages: result.messages }).toEqual({
      status: 'done',
      messages: inMemory.messages,
    })
    expect(facts.length).toBeGreaterThan(5)
  })

  it.each([
    [{ constructor: 1, prototype: [null, { toString: '\u0000' }] }],
    [{ ['__proto__']: { a: 1 }, deep: [[[[]]]] }],
    [[1e21, -0.1, '', false, null]],
    ['\ud800'],
  ])('carries the JSON %j through a pipeline', async (value) => {
    expect(await runs.run(same, value)).toMatchObject({ status: 'done', output: value })
  })

  it(
    'carries a message of 5 MB',
    async () => {
      const said = 'five '.repeat(1_000_000)
      const result = await runs.run(talker, said)
      expect(result).toMatchObject({ status: 'done', output: 'Hello.' })
      expect(result.messages[0]?.content === said).toBe(true)
    },
    minute,
  )

  it(
    'gives 50 readers of a run with more than 1,000 facts all of them, in order and each once',
    async () => {
      const runId = 'long'
      const result = runs.run(counter, 'go', { runId })
      while (!(await runs.status(runId).catch(() => undefined))) await new Promise((resolve) => setTimeout(resolve, 10))
      const readers = Array.from({ length: 50 }, async () => {
        const seqs: number[] = []
        for await (const event of runs.attach(counter, runId)) if ('seq' in event) seqs.push(event.seq)
        return seqs
      })
      expect(await result).toMatchObject({ status: 'done', output: 'Done.' })
      const seqs = await Promise.all(readers)
      expect(seqs[0]!.length).toBeGreaterThan(1000)
      for (const one of seqs) expect(one).toEqual(seqs[0]!.map((_, index) => index))
    },
    2 * minute,
  )
})
