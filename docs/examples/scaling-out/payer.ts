import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { z } from 'zod'

/** Plays the model: calls the tool, then answers. */
const model = scriptedModel((request) =>
  toolResults(request).length === 0 ? call('pay', { invoice: 'A-17' }) : text('Paid.'),
)

const pay = tool({
  name: 'pay',
  description: 'Pays an invoice',
  parameters: z.object({ invoice: z.string() }),
  needsApproval: true,
  execute: ({ invoice }, { idempotencyKey }) => ({ paid: invoice, reference: idempotencyKey }),
})

export const payer = agent({ name: 'payer', model, tools: [pay] })
