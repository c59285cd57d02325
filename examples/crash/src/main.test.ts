import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('goes on after a kill, and pays nothing twice', async () => {
  const main = new URL('main.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main])
  expect(
    stdout
      .trim()
      .replaceAll(/\d+ ms/g, 'N ms')
      .split('\n'),
  ).toEqual([
    'process 1: starts the run',
    'process 1: ',
    'process 1: step 1 scripted',
    'process 1:   → pay({"invoice":1})',
    'process 1:   ✓ pay N ms paid',
    'process 1: ',
    'process 1: step 2 scripted',
    'process 1: killed by SIGKILL',
    'process 2: goes on behind fact 7',
    'process 2: resumed',
    'process 2:   ? pay({"invoice":2}) waits for a decision',
    'process 2: paused: waits for decisions',
    'process 2: invoice 2 was interrupted; the ledger says it is paid',
    'process 2: resumed',
    'process 2:   ! call_2_1 is answered',
    'process 2:   ✓ pay answered paid',
    'process 2: ',
    'process 2: step 3 scripted',
    'process 2:   → pay({"invoice":3})',
    'process 2:   ✓ pay N ms paid',
    'process 2: ',
    'process 2: step 4 scripted',
    'process 2: All three invoices are paid.',
    'ledger: 3 payments, 0 of them twice',
  ])
}, 60_000)
