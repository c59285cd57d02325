// What is left of a run whose workflow was deleted.
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { agent, type ApprovalRequest } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, serve } from './index.ts'

const payer = agent({
  name: 'payer',
  model: scriptedModel((request) =>
    toolResults(request).length === 0 ? call('pay', { id: 'rent' }, { id: 'p' }) : text('Paid.'),
  ),
  tools: [tool({ name: 'pay', parameters: z.object({ id: z.string() }), needsApproval: true, execute: () => 'paid' })],
})

describe.skipIf(postgresMissing !== undefined)(`a deleted run ${postgresMissing ?? ''}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 60_000)
  afterAll(() => postgres.stop())

  it('leaves nothing, and a new run of its id does not get its commands', async () => {
    await using worker = await serve([payer], { database: postgres.url })
    expect(worker.executorId).not.toBe('')
    const runs = client(postgres.url)
    await runs.run(payer, 'go', { runId: 'rent' })
    await runs.abort('rent', 'Too early.')
    expect(await runs.result(payer, 'rent')).toMatchObject({ status: 'aborted' })

    const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url, applicationName: 'toolloop' })
    await dbos.deleteWorkflow('rent')
    await dbos.destroy()
    await expect(runs.status('rent')).rejects.toMatchObject({ problem: 'unknown_run' })
    const database = new Client({ connectionString: postgres.url })
    await database.connect()
    const { rows } = await database.query(
      'SELECT run_id FROM toolloop.command UNION SELECT run_id FROM toolloop.takeover',
    )
    await database.end()
    expect(rows).toEqual([])

    const again = await runs.run(payer, 'go', { runId: 'rent' })
    const { requests } = again as { requests: readonly ApprovalRequest[] }
    await runs.decide('rent', { [requests[0]!.id]: { approve: true } })
    expect(await runs.result(payer, 'rent')).toMatchObject({ status: 'done', output: 'Paid.' })
    await runs.close()
  }, 60_000)
})
