// The run of this example in one process, as a log. `toolloop replay <log> --agent log.ts` replays it.
import type { RunLog } from 'toolloop'
import { cashier } from './cashier.ts'

export { cashier }

export async function writeLog(log: RunLog): Promise<void> {
  const result = await cashier.run('Pay Bob 20 and Ada 250.', { log })
  if (result.status !== 'approval') return
  const decisions = Object.fromEntries(
    result.requests.map(({ id }) => [id, { approve: true, arguments: { to: 'Ada', amount: 200 } } as const]),
  )
  await cashier.run(undefined, { from: log, decisions })
}
