import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('pauses in one process and resumes in another with edited arguments', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main])
  const [asked = '', decided = ''] = stdout.replaceAll(/\d+ ms/g, 'N ms').split(/decide\.ts:\n|\n\n(?=run )/)
  expect(asked.split('\n')).toEqual([
    'ask.ts:',
    '',
    'step 1 scripted',
    '  ? pay({"to":"Ada","amount":250}) waits for a decision',
    '  → pay({"to":"Bob","amount":20})',
    '  ✓ pay N ms Paid 20 euros to Bob.',
    'paused: waits for decisions',
    '',
    '',
  ])
  expect(decided.split('\n')).toEqual([
    'resumed',
    '  ! call_1_2 is approved with {"to":"Ada","amount":200}',
    '  → pay({"to":"Ada","amount":250})',
    '  ✓ pay N ms Run with these arguments instead: {"to":"Ada","amount":200} Paid 200 euros to Ada.',
    '',
    'step 2 scripted',
    'All is paid. (Paid 20 euros to Bob. Run with these arguments instead: {"to":"Ada","amount":200}',
    'Paid 200 euros to Ada.)',
    'a second click is refused: decided',
  ])
  expect(stdout).toMatch(/\n\nrun .* of cashier: done\n.*run\.start {2}Pay Bob 20 and Ada 250\.\n/)
  expect(stdout).toMatch(/call_1_2 is approved with \{"to":"Ada","amount":200\}/)
}, 60_000)
