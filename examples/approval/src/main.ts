// pnpm --filter ./examples/approval start: two processes, one log between them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'toolloop'
import { fileLog } from 'toolloop/store'

const file = join(mkdtempSync(join(tmpdir(), 'approval-')), 'run.jsonl')
for (const program of ['ask.ts', 'decide.ts']) {
  const path = new URL(program, import.meta.url).pathname
  process.stdout.write(
    execFileSync(process.execPath, ['--conditions=@toolloop/source', path, file], { encoding: 'utf8' }),
  )
}
console.log(`\n${await describe(fileLog(file))}`)
