import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { restateMissing } from '../../../scripts/services/restate.ts'

const main = new URL('main.ts', import.meta.url).pathname
const demo = (...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', main, ...args], {
    env: { ...process.env, OPENAI_API_KEY: '', FLEET_RUNS: '12' },
    timeout: 230_000,
  })

it.for([
  ['Restate', restateMissing, []],
  ['DBOS and Postgres', postgresMissing, ['--engine', 'dbos']],
] as const)(
  'ends all runs on %s when a worker is killed, and books nothing twice',
  { timeout: 240_000 },
  async ([title, missing, args], { skip }) => {
    skip(missing !== undefined, missing)
    const { stdout } = await demo(...args)
    expect(stdout).toMatch(new RegExp(`^.* s {2}12 runs started on ${title}, 2 workers$`, 'm'))
    expect(stdout).toMatch(/worker-2 killed: \d+ runs done, \d+ of 24 parcels booked/)
    expect(stdout).toMatch(/all 12 runs done, the rest by worker-1/)
    expect(stdout).toMatch(/^both +24 +12$/m)
    expect(stdout).toMatch(/^0 booked twice; \d+ interrupted calls decided by the courier's book$/m)
  },
)

it('names the engines when it does not know one', async () => {
  await expect(demo('--engine', 'temporal')).rejects.toMatchObject({
    code: 1,
    stderr: 'There is no engine "temporal". Pass --engine restate or --engine dbos.\n',
  })
})
