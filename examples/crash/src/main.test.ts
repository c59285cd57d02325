import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('goes on after a kill, and pays nothing twice', async () => {
  const main = new URL('main.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main])
  expect(stdout.trim().split('\n')).toEqual([
    'process 1: starts the run',
    'process 1: killed by SIGKILL',
    'process 2: goes on behind fact 7',
    'process 2: invoice 2 was interrupted; the ledger says it is paid',
    'process 2: All three invoices are paid.',
    'ledger: 3 payments, 0 of them twice',
  ])
}, 60_000)
