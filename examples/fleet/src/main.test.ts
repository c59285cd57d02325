import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { restateMissing } from '../../../scripts/services/restate.ts'

if (restateMissing) console.log(restateMissing)

it.skipIf(restateMissing)(
  'ends all runs when a worker is killed, and books nothing twice',
  async () => {
    const main = new URL('main.ts', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main], {
      env: { ...process.env, OPENAI_API_KEY: '', FLEET_RUNS: '12' },
      timeout: 110_000,
    })
    expect(stdout).toMatch(/^.* s {2}12 runs started on 2 workers$/m)
    expect(stdout).toMatch(/worker-2 killed: \d+ runs done, \d+ of 24 parcels booked/)
    expect(stdout).toMatch(/all 12 runs done, the rest by worker-1/)
    expect(stdout).toMatch(/^both +24 +12$/m)
    expect(stdout).toMatch(/^0 booked twice; \d+ interrupted calls decided by the courier's book$/m)
  },
  120_000,
)
