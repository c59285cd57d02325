// node ask.ts FILE: the first process. It makes the payments that need no approval, then ends.
import { fileLog } from 'toolloop/store'
import { cashier } from './cashier.ts'

const log = fileLog(process.argv[2]!)
const result = await cashier.run('Pay Bob 20 and Ada 250.', { log })

for (const { calls } of result.steps)
  for (const { content } of calls) console.log(`process 1: ${JSON.stringify(content)}`)
if (result.status === 'approval')
  for (const { name, arguments: args } of result.requests) console.log(`process 1: waits for ${name}(${args})`)
