// One process: starts the run, or goes on with it. pay.ts <folder> [the invoice to crash at]
import { join } from 'node:path'
import { type Decision, logger } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { clerk, ledgerOf } from './clerk.ts'

const [folder = '.', crashAt] = process.argv.slice(2)
const ledger = join(folder, 'ledger.txt')
const log = fileLog(join(folder, 'run.jsonl'))
const agent = clerk(ledger, Number(crashAt))

const show = logger(process.stdout)

const facts = (await log.load()).length
console.log(facts === 0 ? 'starts the run' : `goes on behind fact ${facts - 1}`)
let stream = facts === 0 ? agent.stream('Pay the invoices.', { log }) : agent.stream(undefined, { from: log })
for (;;) {
  for await (const event of stream) show(event)
  const result = await stream.result
  if (result.status !== 'approval') break
  const decisions: Record<string, Decision> = {}
  for (const { callId, arguments: args, kind } of result.requests) {
    const { invoice } = JSON.parse(args) as { invoice: number }
    const paid = ledgerOf(ledger).some((line) => line.startsWith(`invoice ${invoice} `))
    console.log(`invoice ${invoice} was ${kind}; the ledger says it is ${paid ? 'paid' : 'open'}`)
    decisions[callId] = paid ? { result: 'paid' } : { approve: true }
  }
  stream = agent.stream(undefined, { from: log, decisions })
}
