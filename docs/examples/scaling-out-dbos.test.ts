import { call, scriptedModel, text } from '@toolloop/testing'
import { client, serve } from '@toolloop/dbos'
import { agent, outputOf, tool } from 'toolloop'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { postgresMissing, startPostgres } from '../../scripts/services/postgres.ts'

const paid: string[] = []
const payer = agent({
  name: 'payer',
  model: scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? text('Paid.') : call('pay', { invoice: 'A-17' }, { id: 'c1' }),
  ),
  tools: [
    tool({
      name: 'pay',
      parameters: z.object({ invoice: z.string() }),
      needsApproval: true,
      execute: ({ invoice }, { idempotencyKey }) => {
        paid.push(idempotencyKey)
        return `paid ${invoice}`
      },
    }),
  ],
})

describe.skipIf(postgresMissing !== undefined)(`DBOS ${postgresMissing ?? ''}`, () => {
  test('a worker and a client', async () => {
    const postgres = await startPostgres()
    const database = postgres.url
    const runId = 'invoice-A-17'
    // #region dbos
    const worker = await serve([payer], { database }) // postgresql://user:password@host:5432/database
    const runs = client(database)
    // #endregion
    const paused = await runs.run(payer, 'Pay invoice A-17.', { runId })
    if (paused.status === 'approval') await runs.decide(runId, { [paused.requests[0]!.id]: { approve: true } })
    const result = await runs.result(payer, runId)
    expect([paused.status, outputOf(result), paid]).toEqual(['approval', 'Paid.', ['invoice-A-17/0/c1']])
    await runs.close()
    // #region stop
    await worker.stop({ drain: 30_000 })
    // #endregion
    await postgres.stop()
  }, 60_000)
})
