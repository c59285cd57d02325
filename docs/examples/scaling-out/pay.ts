import { client } from '@toolloop/restate'
import { outputOf } from 'toolloop'
import { payer } from './payer.ts'

const { RESTATE_INGRESS = 'http://127.0.0.1:8080' } = process.env
const runs = client(RESTATE_INGRESS)
const runId = 'invoice-A-17'
let result = await runs.run(payer, 'Pay invoice A-17.', { runId })
if (result.status === 'approval') {
  for (const { id, name, arguments: given } of result.requests) {
    console.log(`approves ${name}(${given})`)
    await runs.decide(runId, { [id]: { approve: true } })
  }
  result = await runs.result(payer, runId)
}
console.log(outputOf(result))
await runs.close()
