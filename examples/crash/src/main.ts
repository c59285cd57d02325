// pnpm --filter ./examples/crash start: a process kills itself in the middle of a run, another one goes on.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ledgerOf } from './clerk.ts'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-crash-'))
try {
  for (const [index, crashAt] of ['2', undefined].entries()) {
    const { stdout, stderr, signal } = spawnSync(
      process.execPath,
      [...process.execArgv, join(import.meta.dirname, 'pay.ts'), folder, ...(crashAt ? [crashAt] : [])],
      { encoding: 'utf8' },
    )
    const lines = `${stdout}${stderr}`.trim().split('\n')
    if (signal) lines.push(`killed by ${signal}`)
    for (const line of lines) console.log(`process ${index + 1}: ${line}`)
  }
  const payments = ledgerOf(join(folder, 'ledger.txt'))
  console.log(`ledger: ${payments.length} payments, ${payments.length - new Set(payments).size} of them twice`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
