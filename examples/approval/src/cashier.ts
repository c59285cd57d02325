// An agent that needs approval for large payments. The model is scripted: no key, no network.
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { z } from 'zod'

const pay = tool({
  name: 'pay',
  description: 'Pays somebody, in euros',
  parameters: z.object({ to: z.string(), amount: z.number().positive() }),
  needsApproval: ({ amount }) => amount > 100,
  execute: ({ to, amount }) => `Paid ${amount} euros to ${to}.`,
})

const model = scriptedModel((request) => {
  const results = toolResults(request)
  if (results.length > 0) return text(`All is paid. (${results.map(({ content }) => content).join(' ')})`)
  return calls([
    { name: 'pay', args: { to: 'Bob', amount: 20 } },
    { name: 'pay', args: { to: 'Ada', amount: 250 } },
  ])
})

export const cashier = agent({ name: 'cashier', model, tools: [pay], instructions: 'Pay what is asked.' })
