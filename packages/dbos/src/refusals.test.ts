// What a client is refused, in a worker in this process on a real Postgres.
import { agent } from '@toolloop/core'
import { pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, type EngineClient, serve, type Served } from './index.ts'

const minute = 60_000
const parameters = z.object({ what: z.string() })
const payments: string[] = []
const payer = agent({
  name: 'payer',
  model: scriptedModel((request) =>
    toolResults(request).length === 0 ? call('pay', { what: 'rent' }, { id: 'p' }) : text('Paid.'),
  ),
  tools: [tool({ name: 'pay', parameters, needsApproval: true, execute: ({ what }) => void payments.push(what) })],
})
const talker = agent({ name: 'talker', model: scriptedModel(() => text('Hello.')) })
const checked = pipe((n: number) => n + 1).named('checked')

let postgres: Postgres
let worker: Served
let runs: EngineClient
const serving = (database: string): Promise<Served> => serve([payer, talker, checked], { database, pollInterval: 20 })

describe.skipIf(postgresMissing !== undefined)(`refusals of DBOS ${postgresMissing ?? ''}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } })
    worker = await serving(postgres.url)
    runs = client(postgres.url, { patience: 2000 })
  }, minute)
  afterAll(async () => {
    await runs.close()
    await worker.stop()
    await postgres.stop()
  }, minute)

  it('rejects input, context and ids before a run exists', async () => {
    await expect(runs.run(talker, [{ role: 'nobody' }] as never, { runId: 'x' })).rejects.toThrow('nobody')
    await expect(runs.run(checked, 1n as never, { runId: 'x' })).rejects.toThrow('bigint')
    await expect(runs.run(talker, 'go', { runId: 'x', context: new Map() })).rejects.toThrow('context is a Map')
    await expect(runs.run(talker, 'go', { runId: 'a\u0000' })).rejects.toThrow('A run id is')
    await expect(runs.status('x')).rejects.toMatchObject({ problem: 'unknown_run' })
  })

  it('says why a run could not start, also to its later readers', async () => {
    const running = runs.run(checked, 1, { runId: 'wrong budget', budget: { toolCalls: -1 } })
    await expect(running).rejects.toMatchObject({ problem: 'rejected' })
    await expect(running).rejects.toThrow(/The run "wrong budget" could not start: .*toolCalls/)
    await expect(runs.result(checked, 'wrong budget')).rejects.toMatchObject({ problem: 'rejected' })
    expect(await runs.status('wrong budget')).toMatchObject({ status: 'failed', facts: 0 })
    await expect(runs.steer('wrong budget', 'hurry')).rejects.toMatchObject({ problem: 'ended' })
  })

  it('refuses unknown and second decisions, also of two clients at once, and pays once', async () => {
    const other = client(postgres.url)
    const { runId } = (await runs.run(payer, 'go', { runId: 'rent' })) as { readonly runId: string }
    const [request] = (await runs.status(runId)).requests
    await expect(runs.decide(runId, { nonsense: { approve: true } })).rejects.toMatchObject({
      name: 'ApprovalError',
      problem: 'unknown',
    })
    await expect(runs.decide(runId, { [request!.id]: { approve: true, arguments: '{"what":1}' } })).rejects.toThrow(
      'what',
    )
    expect(await runs.status(runId)).toMatchObject({ status: 'paused' })
    const decision = { [request!.id]: { approve: true } } as const
    const both = await Promise.allSettled([runs.decide(runId, decision), other.decide(runId, decision)])
    const refused = both.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeLessThan(2)
    expect(await runs.result(payer, runId)).toMatchObject({ status: 'done', output: 'Paid.' })
    expect(payments).toEqual(['rent'])
    await expect(runs.decide(runId, decision)).rejects.toMatchObject({ problem: 'decided' })
    await other.close()
  })

  it('refuses a reader with another agent, and joins a run whose id is used again, whatever the input', async () => {
    expect(await runs.run(talker, 'one', { runId: 'joined' })).toMatchObject({ output: 'Hello.' })
    await expect(runs.result(payer, 'joined')).rejects.toMatchObject({ problem: 'other_agent' })
    await expect(runs.run(payer, 'go', { runId: 'joined' })).rejects.toMatchObject({ problem: 'other_agent' })
    const again = await runs.run(talker, 'two', { runId: 'joined' })
    expect(again.messages[0]).toEqual({ role: 'user', content: 'one' })
  })

  it('refuses commands to a run that does not exist or has ended', async () => {
    await runs.run(talker, 'one', { runId: 'ended' })
    for (const send of [
      (id: string) => runs.steer(id, 'x'),
      (id: string) => runs.followUp(id, 'x'),
      (id: string) => runs.abort(id),
    ]) {
      await expect(send('nowhere')).rejects.toMatchObject({ problem: 'unknown_run' })
      await expect(send('ended')).rejects.toMatchObject({ problem: 'ended' })
    }
  })

  it.each([
    ['another database', () => postgres.urlOf('second'), 'does not exist. Create the database'],
    ['a wrong password', () => postgres.url.replace(/:[^:@]*@/, ':secret@'), 'Check the user and the password'],
  ])('names the server and the remedy for %s, and not the password', async (_name, url, remedy) => {
    const second = client(url())
    const error = await second.run(talker, 'go').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'EngineError', problem: 'unreachable' })
    expect((error as Error).message).toContain(`Postgres at 127.0.0.1:${postgres.port}: `)
    expect((error as Error).message).toContain(remedy)
    expect((error as Error).message).not.toContain('secret')
    await second.close()
  })

  it(
    'reports a Postgres that is away within `patience`, and goes on when it is back',
    async () => {
      await runs.run(payer, 'go', { runId: 'survivor' })
      const [request] = (await runs.status('survivor')).requests
      await postgres.kill()
      const began = performance.now()
      const calls: readonly (() => Promise<unknown>)[] = [
        () => runs.run(talker, 'go'),
        () => runs.result(payer, 'survivor'),
        () => runs.status('survivor'),
        () => runs.decide('survivor', { [request!.id]: { approve: true } }),
        () => runs.abort('survivor'),
      ]
      const away = await Promise.allSettled(calls.map((one) => one()))
      expect(away.map((one) => one.status === 'rejected' && (one.reason as { problem: string }).problem)).toEqual(
        calls.map(() => 'unreachable'),
      )
      expect(performance.now() - began).toBeLessThan(20_000)
      await postgres.restart()
      const later = client(postgres.url)
      await later.decide('survivor', { [request!.id]: { approve: true } })
      expect(await later.result(payer, 'survivor')).toMatchObject({ status: 'done' })
      await later.close()
    },
    minute,
  )
})
