import { call, scriptedModel, text } from '@toolloop/testing'
import { client, serve } from '@toolloop/restate'
import { agent, outputOf, tool } from 'toolloop'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { restateMissing, startRestate } from '../../scripts/services/restate.ts'

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

describe.skipIf(restateMissing)('Restate', () => {
  test('a worker and a client', async () => {
    const restate = await startRestate()
    const { admin, ingress } = restate
    const [port, runId] = [0, 'invoice-A-17']
    // #region worker
    const worker = await serve([payer], { port, admin }) // admin: http://127.0.0.1:9070
    // #endregion
    // #region client
    const runs = client(ingress) // http://127.0.0.1:8080
    const paused = await runs.run(payer, 'Pay invoice A-17.', { runId })
    // … and later, in any process that has the agent:
    if (paused.status === 'approval') await runs.decide(runId, { [paused.requests[0]!.id]: { approve: true } })
    const result = await runs.result(payer, runId)
    // #endregion
    // #region follow
    for await (const event of runs.attach(payer, runId)) if (event.type === 'tool.done') console.log(event.content)
    // #endregion
    expect([paused.status, outputOf(result), paid]).toEqual(['approval', 'Paid.', ['invoice-A-17/0/c1']])
    await worker.stop()
    await restate.stop()
  }, 60_000)
})
