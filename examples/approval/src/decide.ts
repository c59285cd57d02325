// node decide.ts FILE: the second process. It approves a smaller sum; a second decision changes nothing.
import { ApprovalError, readRun } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { cashier } from './cashier.ts'

const log = fileLog(process.argv[2]!)
const [request] = (await readRun(log)).requests
if (!request) throw new Error('Nothing waits for a decision.')

const edited = { ...(JSON.parse(request.arguments) as object), amount: 200 }
const decisions = { [request.id]: { approve: true, arguments: edited } } as const
console.log(`process 2: approves ${request.name}(${JSON.stringify(edited)})`)
const result = await cashier.run(undefined, { from: log, decisions })
console.log(`process 2: ${result.status === 'done' ? result.output : result.status}`)

try {
  await cashier.run(undefined, { from: log, decisions })
} catch (error) {
  if (error instanceof ApprovalError) console.log(`process 2: a second click is refused: ${error.problem}`)
}
