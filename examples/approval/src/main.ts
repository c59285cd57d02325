// npx -y pnpm@12 demo approval: two processes that share one log.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'toolloop'
import { fileLog } from 'toolloop/store'

const file = join(mkdtempSync(join(tmpdir(), 'approval-')), 'run.jsonl')
for (const program of ['ask.ts', 'decide.ts']) {
  console.log(`${program}:`)
  const path = join(import.meta.dirname, program)
  console.log(execFileSync(process.execPath, ['--conditions=@toolloop/source', path, file], { encoding: 'utf8' }))
}
console.log(await describe(fileLog(file)))
