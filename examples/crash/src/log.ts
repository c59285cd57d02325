// The run of this example without the crash, as a log. `toolloop replay <log> --agent log.ts` replays it.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunLog } from 'toolloop'
import { clerk } from './clerk.ts'

export const agent = clerk(join(mkdtempSync(join(tmpdir(), 'toolloop-crash-')), 'ledger.txt'))

export async function writeLog(log: RunLog): Promise<void> {
  await agent.run('Pay the invoices.', { log })
}
