// The client of every engine over a link in memory: what a reader sees, whatever the engine's timing.
import { agent, type Fact, memoryLog } from '@toolloop/core'
import { pipe } from '@toolloop/pipeline'
import { scriptedModel, text } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { type EngineLink, engineClient, partId, type ProgressBatch, type RunPage, type Start } from './index.ts'

const talker = agent({ name: 'talker', model: scriptedModel([text('Hello.')]) })
const log = memoryLog()
await talker.run('go', { log, runId: 'r' })
const facts = JSON.parse(JSON.stringify(log.facts)) as Fact[]

const delta = (after: number): ProgressBatch => ({
  after,
  events: [{ type: 'tool.progress', run: 'r', path: '', step: 0, callId: 'c', name: 'n', data: after }],
})

/** Gives `sizes[0]` facts with the first page, `sizes[1]` more with the next, … */
function linkOf(
  sizes: readonly number[],
  progress: readonly ProgressBatch[] = [],
  end: Partial<RunPage> = {},
): EngineLink {
  let page = 0
  return {
    start: async () => {},
    read: async (_runId, from) => {
      await new Promise((resolve) => setImmediate(resolve)) // progress that is there arrives first
      const to = from + (sizes[page++] ?? 0)
      const status = page >= sizes.length ? 'ended' : 'running'
      return { agent: 'talker', status, facts: facts.slice(from, to), ...(status === 'ended' && end) }
    },
    send: async () => undefined,
    async *progress() {
      yield* progress
    },
    close: async () => {},
  }
}

async function seen(link: EngineLink): Promise<unknown[]> {
  const list: unknown[] = []
  for await (const event of engineClient(link).attach(talker, 'r'))
    list.push('seq' in event ? event.seq : `after ${(event as { data?: unknown }).data as number}`)
  return list
}

it.each([1, 2, 3])('yields every fact once and in order, %i with each page', async (size) => {
  const sizes = Array.from({ length: Math.ceil(facts.length / size) }, () => size)
  expect(await seen(linkOf(sizes))).toEqual(facts.map(({ seq }) => seq))
})

it('yields progress behind the facts that it follows, and drops what is late', async () => {
  const ones = facts.map(() => 1)
  expect(await seen(linkOf(ones, [delta(2), delta(1)]))).toEqual([
    0,
    'after 1',
    1,
    'after 2',
    ...facts.slice(2).map(({ seq }) => seq),
  ])
  expect(await seen(linkOf([facts.length], [delta(1)]))).toEqual(facts.map(({ seq }) => seq))
})

it('keeps the latest progress only, where its reader pauses', async () => {
  const later = Array.from({ length: 5000 }, () => delta(facts.length - 1))
  const events = await seen(linkOf([0, facts.length - 1, 1], later))
  const progress = events.filter((one) => typeof one === 'string')
  expect(progress.length).toBeGreaterThan(0)
  expect(progress.length).toBeLessThanOrEqual(2000)
})

it('resolves with the result that the facts say, page by page', async () => {
  const result = await engineClient(linkOf([1, 0, facts.length])).run(talker, 'go', { runId: 'r' })
  expect(result).toMatchObject({ status: 'done', output: 'Hello.', runId: 'r' })
})

it('throws what prevented a run, and what ended it', async () => {
  const error = { name: 'UsageError', message: 'Too late.' }
  const failing = (sizes: readonly number[]): Promise<unknown> =>
    engineClient(linkOf(sizes, [], { status: 'failed', error })).run(talker, 'go', { runId: 'r' })
  await expect(failing([0])).rejects.toMatchObject({
    problem: 'rejected',
    message: 'The run "r" could not start: Too late.',
  })
  for (const sizes of [[2], [2, 0]])
    await expect(failing(sizes)).rejects.toMatchObject({ problem: 'failed', message: 'The run "r" failed: Too late.' })
  await expect(seen(linkOf([2, 0], [], { status: 'failed', error }))).rejects.toMatchObject({ problem: 'failed' })
})

it('sends nothing for input that cannot run', async () => {
  const client = engineClient(linkOf([]))
  await expect(client.run(talker, [{ role: 'nobody' }] as never)).rejects.toThrow('nobody')
  await expect(client.run(talker, 'go', { runId: '' })).rejects.toThrow('A run id is a well-formed text')
  await expect(client.run(talker, 'go', { context: new Map() })).rejects.toThrow('context is a Map')
  await expect(client.run(talker.with({ name: 'other' }), 'go')).rejects.toThrow('is of `talker`, not of `other`')
})

it('sends the budget of a pipeline, and none for an agent', async () => {
  const starts: Start[] = []
  const link = { ...linkOf([facts.length]), start: async (_id: string, start: Start) => void starts.push(start) }
  const one = pipe((name: string) => name).named('talker')
  const stream = engineClient(link).stream(one, 'x', { runId: 'r', budget: { toolCalls: 3 } })
  await stream.result
  expect(starts).toEqual([{ agent: 'talker', input: 'x', budget: { toolCalls: 3 } }])
  await expect(engineClient(link).run(talker, 'x', { budget: { toolCalls: 3 } })).rejects.toThrow(
    'Give the agent `talker` a budget of its own',
  )
  expect(starts).toHaveLength(1)
})

it.each(['', ' ', '.', '..', 'a\0b', 'a\nb', '\ud800', 'x'.repeat(501), 7, 7n])(
  'rejects the run id %o',
  async (runId) => {
    const runs = engineClient(linkOf([facts.length]))
    const message = 'A run id is a well-formed text of 1 to 500 characters'
    for (const call of [
      () => runs.run(talker, 'go', { runId: runId as string }),
      () => runs.stream(talker, 'go', { runId: runId as string }).result,
      () => runs.result(talker, runId as string),
      () => runs.status(runId as string),
      () => runs.steer(runId as string, 'Hurry.'),
      () => runs.abort(runId as string),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) })
  },
)

it('gives parts with long paths ids that fit into an index', () => {
  const [one, other] = ['a', 'b'].map((end) => partId({ run: 'r', path: `${'é'.repeat(1000)}${end}` }))
  expect(one).toMatch(/^r\/[0-9a-f]{64}$/)
  expect(other).not.toBe(one)
  expect(partId({ run: 'r', path: 'map/3' })).toBe('r/map/3')
})

it('sends a command behind the start of its run that the engine has not acknowledged', async () => {
  const order: string[] = []
  const started = Promise.withResolvers<void>()
  const link: EngineLink = {
    ...linkOf([]),
    start: () => started.promise.then(() => void order.push('start')),
    async read(_runId, from) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!order.includes('start')) return undefined
      const hasEnded = order.includes('abort')
      return { agent: 'talker', status: hasEnded ? 'ended' : 'running', facts: hasEnded ? facts.slice(from) : [] }
    },
    send: async (_runId, { type }) => void order.push(type),
  }
  const runs = engineClient(link)
  await expect(runs.abort('r')).rejects.toMatchObject({ problem: 'unknown_run' })
  const result = runs.run(talker, 'go', { runId: 'r' })
  const aborted = runs.abort('r')
  started.resolve()
  await aborted
  expect(order).toEqual(['start', 'abort'])
  expect(await result).toMatchObject({ status: 'done' })
})
