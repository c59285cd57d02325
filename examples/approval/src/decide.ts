// node decide.ts FILE: the second process. It approves a smaller sum; a second decision changes nothing.
import { ApprovalError, logger, readRun } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { cashier } from './cashier.ts'

const log = fileLog(process.argv[2]!)
const [request] = (await readRun(log)).requests
if (!request) throw new Error('Nothing waits for a decision.')

const edited = { ...(JSON.parse(request.arguments) as object), amount: 200 }
const decisions = { [request.id]: { approve: true, arguments: edited } } as const
const show = logger(process.stdout)
for await (const event of cashier.stream(undefined, { from: log, decisions })) show(event)

try {
  await cashier.run(undefined, { from: log, decisions })
} catch (error) {
  if (error instanceof ApprovalError) console.log(`a second click is refused: ${error.problem}`)
}
