import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('pauses in one process and resumes in another with edited arguments', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main])
  const [output = '', timeline = ''] = stdout.trim().split('\n\n')
  expect(output.split('\n')).toEqual([
    'process 1: "Paid 20 euros to Bob."',
    'process 1: waits for pay({"to":"Ada","amount":250})',
    'process 2: approves pay({"to":"Ada","amount":200})',
    'process 2: All is paid. (Paid 20 euros to Bob. Run with these arguments instead: {"to":"Ada","amount":200}',
    'Paid 200 euros to Ada.)',
    'process 2: a second click is refused: decided',
  ])
  expect(timeline).toMatch(/^run .* of cashier: done\n.*run\.start {2}Pay Bob 20 and Ada 250\.\n/)
  expect(timeline).toMatch(/is approved with \{"to":"Ada","amount":200\}/)
}, 60_000)
