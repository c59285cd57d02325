// An agent that pays invoices. Each payment is a line in a ledger, a file that knows nothing of the run.
import { appendFileSync, readFileSync } from 'node:fs'
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, tool, type Agent } from 'toolloop'
import { z } from 'zod'

export const ledgerOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

/** Pays three invoices, one in each step; `crashAt` names one after whose payment the process kills itself. */
export function clerk(ledger: string, crashAt?: number): Agent {
  const pay = tool({
    name: 'pay',
    description: 'Pays an invoice',
    parameters: z.object({ invoice: z.number() }),
    execute: ({ invoice }, { idempotencyKey }) => {
      appendFileSync(ledger, `invoice ${invoice} ${idempotencyKey}\n`)
      if (invoice === crashAt) process.kill(process.pid, 'SIGKILL') // paid, but not logged
      return 'paid'
    },
  })
  const model = scriptedModel(({ messages }) => {
    const paid = messages.filter(({ role }) => role === 'tool').length
    return paid < 3 ? call('pay', { invoice: paid + 1 }) : text('All three invoices are paid.')
  })
  return agent({ name: 'clerk', model, tools: [pay] })
}
