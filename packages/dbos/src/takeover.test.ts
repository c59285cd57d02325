// Runs of workers that die again and again, and of workers that leave.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import type { EngineClient } from '@toolloop/engine'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client } from './index.ts'
import { agentsOf } from './test/agents.ts'
import { WorkerProcess, type WorkerSettings } from './test/worker-process.ts'

const minute = 120_000
const folder = mkdtempSync(join(tmpdir(), 'toolloop-dbos-takeover-'))
const effects = join(folder, 'effects')
const { explorer, poison, walker } = agentsOf({ effects, delay: 3 })

let postgres: Postgres
let runs: EngineClient

const worker = (EXECUTOR: string, more: Partial<WorkerSettings> = {}): Promise<WorkerProcess> =>
  WorkerProcess.start({ DATABASE: postgres.url, EFFECTS: effects, EXECUTOR, LEASE: '500', ...more })
const crashes = (): number =>
  readFileSync(effects, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('crash ')).length

async function hasBegun(runId: string): Promise<void> {
  while (((await runs.status(runId).catch(() => undefined))?.facts ?? 0) < 3) await sleep(10)
}

describe.skipIf(postgresMissing !== undefined)(`takeovers on DBOS ${postgresMissing ?? ''}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } })
    runs = client(postgres.url)
  }, minute)
  beforeEach(() => writeFileSync(effects, ''))
  afterEach(() => WorkerProcess.killAll())
  afterAll(async () => {
    await runs.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }, minute)

  const cases = [
    ['other workers take it over', (turn: number) => `worker ${turn}`],
    ['its worker starts again under the same name', () => 'same'],
  ] as const
  it.each(cases)(
    'gives a run up that ends its workers again and again, when %s',
    async (name, executorOf) => {
      const runId = `poison, ${name}`
      const first = await worker(executorOf(0))
      const waiting = runs.run(poison, 'go', { runId })
      waiting.catch(() => {})
      await first.ended()
      // It may die before it says that it serves.
      for (let turn = 1; turn < 3; turn++)
        await worker(executorOf(turn)).then(
          (one) => one.ended(),
          () => {},
        )
      const last = await worker(executorOf(3))
      await expect(waiting).rejects.toMatchObject({ problem: 'failed' })
      await expect(waiting).rejects.toThrow('3 workers died with it')
      expect(crashes()).toBe(3)
      expect(await runs.status(runId)).toMatchObject({ status: 'failed', agent: 'poison' })
      await expect(runs.abort(runId)).rejects.toMatchObject({ problem: 'ended' })
      // The worker that gave it up serves others.
      expect(await runs.run(explorer, 'go')).toMatchObject({ status: 'done' })

      // A person who has mended the cause resumes it: it has all its takeovers again.
      const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url })
      await dbos.resumeWorkflows([runId], { queueName: 'toolloop.poison' })
      await last.ended()
      expect(crashes()).toBe(4)
      expect(await runs.status(runId)).toMatchObject({ status: 'running' })
      await dbos.cancelWorkflow(runId)
      await dbos.destroy()
    },
    minute,
  )

  it(
    'lets the active runs of a worker that leaves end, and hands over those that do not in time',
    async () => {
      // Longer than a busy machine stalls: a worker that is slow for its lease loses its runs before it leaves.
      const LEASE = '5000'
      const leaving = await worker('leaving', { DRAIN: '5000', LEASE })
      const short = runs.run(walker, 'go', { runId: 'short' })
      const long = runs.run(walker, 'go', { runId: 'long' })
      for (const runId of ['short', 'long']) await hasBegun(runId)
      await worker('staying', { LEASE })
      const left = leaving.end('SIGTERM')
      await runs.steer('short', 'stop')
      expect(await short).toMatchObject({ status: 'done', output: 'Stopped.' })
      await left
      await runs.steer('long', 'stop')
      expect(await long).toMatchObject({ status: 'done', output: 'Stopped.' })
      const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url })
      const ended = await dbos.listWorkflows({ workflowIDs: ['short', 'long'] })
      await dbos.destroy()
      expect(Object.fromEntries(ended.map((one) => [one.workflowID, one.executorId]))).toEqual({
        short: 'leaving',
        long: 'staying',
      })
    },
    minute,
  )
})
