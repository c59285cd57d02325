// The programs of scaling-out.md, against Restate's server: they print what the page shows.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { restateMissing, startRestate } from '../scripts/services/restate.ts'

const folder = join(import.meta.dirname, 'examples/scaling-out')
const page = readFileSync(join(import.meta.dirname, 'scaling-out.md'), 'utf8')

it.skipIf(restateMissing)(
  `the first worker and its client${restateMissing ? ` (${restateMissing})` : ''}`,
  async () => {
    const restate = await startRestate()
    const env = { ...process.env, PORT: '0', RESTATE_ADMIN: restate.admin, RESTATE_INGRESS: restate.ingress }
    const options = ['--conditions=@toolloop/source', '--no-warnings']
    const worker: ChildProcess = spawn(process.execPath, [...options, 'worker.ts'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(worker.stdout!, 'data')
      const pay = async (): Promise<string> =>
        (await promisify(execFile)(process.execPath, [...options, 'pay.ts'], { cwd: folder, env, timeout: 30_000 }))
          .stdout
      const shown = /node pay.ts[^`]*```\n\n```\n([^]*?)```/.exec(page)?.[1]
      expect(await pay()).toBe(shown)
      expect(await pay()).toBe('Paid.\n') // the same run
      const exit = once(worker, 'exit')
      worker.kill('SIGTERM')
      expect(await exit).toEqual([0, null])
    } finally {
      worker.kill('SIGKILL')
      await restate.stop()
    }
  },
  90_000,
)
